#!/bin/sh
# Finishes the base image in the folder $1, after its packages are installed and before it is closed.
set -eu
root=$1

# The user by whom people and Ansible log in, as on a cloud's image. Debian has a group of this name already (37).
chroot "$root" useradd --uid 1000 --gid operator --create-home --shell /bin/bash operator
echo 'operator ALL=(ALL) NOPASSWD: ALL' > "$root/etc/sudoers.d/operator"
chmod 440 "$root/etc/sudoers.d/operator"
printf 'PermitRootLogin no\nPasswordAuthentication no\nUseDNS no\n' > "$root/etc/ssh/sshd_config.d/10-lab.conf"
# One key of one kind for each host, made before it boots.
rm -f "$root"/etc/ssh/ssh_host_*

chroot "$root" systemctl --quiet enable systemd-networkd.service
# Nobody waits at a console, and a host of the lab updates when it is told to.
chroot "$root" systemctl --quiet mask systemd-networkd-wait-online.service console-getty.service \
    apt-daily.service apt-daily-upgrade.service apt-daily.timer apt-daily-upgrade.timer \
    dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
# Logging in is allowed as soon as sshd answers, instead of some milliseconds later.
ln -s /dev/null "$root/etc/tmpfiles.d/systemd-nologin.conf"

# A host of the lab may lose its disk, and reads no manuals. /usr/share/doc stays: its changelogs name CVEs.
printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/man/*' 'path-exclude=/usr/share/locale/*' \
    'path-exclude=/usr/share/info/*' > "$root/etc/dpkg/dpkg.cfg.d/lab"
rm -rf "$root"/usr/share/man/* "$root"/usr/share/locale/* "$root"/usr/share/info/*

# The machine's own way to packages is not the hosts' way: they get the lab's repository when they are made.
mkdir -p "$root/usr/share/lab"
cat "$root"/etc/apt/sources.list "$root"/etc/apt/sources.list.d/* > "$root/usr/share/lab/sources.list" 2> /dev/null || true
rm -f "$root"/etc/apt/sources.list.d/* "$root"/etc/apt/apt.conf.d/99mmdebstrap
: > "$root/etc/apt/sources.list"
umount "$root/var/cache/apt/archives"
rm -rf "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/*.bin
: > "$root/etc/machine-id"
rm -f "$root/etc/hostname" "$root/etc/resolv.conf" "$root/var/lib/dbus/machine-id"
