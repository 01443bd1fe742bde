#!/bin/sh
# Tells everything about this host in one answer; it changes nothing, writes no file and needs no Python.
# Each section begins with a line of the nonce that the asker made for this answer, so no content can look like one.
nonce=$1 known=$2 mark=$3
shift 3
export LC_ALL=C
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
status=/var/lib/dpkg/status updates=/var/lib/dpkg/updates

section() { printf '\n%s %s\n' "$nonce" "$1"; }

section clock && date +%s.%N
section system && cat /etc/os-release
section kernel && uname -r && uname -v
section boot && ls /boot
section reboot && [ -e /run/reboot-required ] && echo yes
# The age of the first process, too: in a container, the machine's uptime is not the host's.
section uptime && cat /proc/uptime /proc/1/stat
# The hash comes before the list: should dpkg run in between, the next read finds another hash and reads the list again.
# What a killed dpkg has noted and not merged yet counts: dpkg-query reads it, too.
hash=$([ -r "$status" ] && cat "$status" "$updates"/* 2>/dev/null | sha256sum)
section status && echo "${hash%% *}"
section architecture && dpkg --print-architecture
section interrupted && ls "$updates"
if [ -z "$known" ] || [ "$known" != "${hash%% *}" ]; then
    section packages
    dpkg-query --show --showformat '${Package}\t${Version}\t${Architecture}\t${db:Status-Abbrev}\n' 2>&1
    section listed && echo "$?"
fi
# Images that are full by nature, and memory, are no disks. No network's disk is asked: it may never answer.
section disks && df -lkP -x tmpfs -x devtmpfs -x squashfs -x iso9660 -x efivarfs
section inodes && df -liP -x tmpfs -x devtmpfs -x squashfs -x iso9660 -x efivarfs
section converged && [ -e "$mark" ] && stat -c %Y "$mark"
IFS=
for pattern in "$@"; do
    # Unquoted: it is to become the files that it matches; without IFS their names stay whole.
    for file in $pattern; do
        [ -e "$file" ] || continue
        section certificate
        printf '%s\n' "$file"
        # Of a file that holds its key as well only whole certificates are told.
        awk '/^-----BEGIN CERTIFICATE-----/ { block = $0; next }
            block != "" && /^-----END CERTIFICATE-----/ { print block "\n" $0; block = ""; next }
            block != "" && /^[A-Za-z0-9+\/=]+\r?$/ { block = block "\n" $0; next }
            { block = "" }' "$file" 2>&1
    done
done
section end
