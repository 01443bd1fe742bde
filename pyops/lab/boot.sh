#!/bin/sh
# Holds one host up, in a mount namespace of its own: boot.sh CGROUP ROOT OVERLAY PYTHON STATE NAME NSPAWN_OPTION...
set -eu
cgroup=$1 root=$2 overlay=$3 python=$4 state=$5 name=$6
shift 6

echo $$ > "$cgroup/cgroup.procs"
# nspawn looks for cgroup2 here only; a machine that mixes both hierarchies has it elsewhere.
umount --recursive /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# nspawn keeps files by machine name here: two labs may each have a host of one name, and neither leaves any behind.
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn
mount -t overlay overlay -o "$overlay" "$root"

while :; do
    ended=0
    systemd-nspawn --quiet --directory="$root" --boot --register=no --keep-unit --link-journal=no --resolv-conf=off \
        --timezone=off --console=pipe --private-network "$@" || ended=$?
    # 133: the host asked to be restarted. Its network namespace went with it, and so did its ports.
    [ "$ended" = 133 ] || exit "$ended"
    "$python" -m pyops.lab.replug "$state" "$name" &
done
