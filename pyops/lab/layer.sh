#!/bin/sh
# Installs packages in a layer of its own over a base image: layer.sh BASE FOLDER ARCHIVE APT_CONF PACKAGE...
# Runs in mount and process namespaces of its own, so that nothing of it outlives it. The machine's apt fetches, by the
# machine's sources; dpkg runs inside the image.
set -eu
base=$1 folder=$2 archive=$3 configuration=$4
shift 4
root=$folder/merged

mkdir "$folder/work" "$root"
# By relative paths, since overlayfs gives colons and commas a meaning.
cd "$folder"
ln -s "$base" base
mount -t overlay overlay -o lowerdir=base,upperdir=root,workdir=work merged
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs tmpfs "$root/dev"
for device in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod --mode=666 "$root/dev/${device%:*}" c 1 "${device#*:}"
done
ln -s /proc/self/fd "$root/dev/fd"
mount --bind "$archive" "$root/var/cache/apt/archives"

# No service is started while packages are installed; left behind, the file would stop the hosts' services as well.
printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
# apt hands files to the dpkg inside by way of its temporary folder, and the packages' own programs use that, too: it has to be the same
# place within and without.
mount --bind "$root/tmp" /mnt
mount --bind "$root/tmp" "$root/mnt"
export TMPDIR=/mnt
export APT_CONFIG="$configuration" DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
apt-get --quiet --yes --no-install-recommends -o Dir::State="$root/var/lib/apt" \
    -o Dir::State::status="$root/var/lib/dpkg/status" -o Dir::Cache::Archives="$root/var/cache/apt/archives" \
    -o DPkg::Chroot-Directory="$root" install "$@"
rm -f "$root/usr/sbin/policy-rc.d" "$root"/etc/ssh/ssh_host_* "$root"/etc/ssl/private/ssl-cert-snakeoil.key

umount --recursive "$root"
rm -rf "$folder/work" "$folder/merged" "$folder/base"
