# Prints what each unit must do, one `UNIT ACTION` a line, since what is in force is not what is configured: it also finds what an
# interrupted run left, and what was changed by hand.
# Arguments: setting:KEY=VALUE for the kernel, tunnel:INTERFACE=ADDRESS/LENGTH for each tunnel.

runs() {
    systemctl --quiet is-active "$1" && systemctl --quiet is-enabled "$1"
}

# Whether the unit runs since before one of the files was last written. ctime, since the other times can be set by whoever copies.
is_older() {
    started=$(systemctl show --timestamp=us+utc --property=ActiveEnterTimestamp --value "$1")
    shift
    [ -n "$(find "$@" -newerct "$started" -print -quit 2>/dev/null)" ]
}

setting() {
    file=/proc/sys/$(echo "${1%%=*}" | tr . /)
    # A container shares its machine's kernel: what it may not write belongs to the machine.
    [ -w "$file" ] || return 0
    [ "$(tr '\t' ' ' < "$file")" = "${1#*=}" ] || echo systemd-sysctl restarted
}

tunnel() {
    interface=${1%%=*} unit=wg-quick@${1%%=*}
    mtu=$(sed -n 's/^MTU = //p' "/etc/wireguard/$interface.conf" 2>/dev/null)
    if ! runs "$unit" || ! ip -oneline address show dev "$interface" 2>/dev/null | grep --quiet " ${1#*=} " \
        || [ "$(cat "/sys/class/net/$interface/mtu" 2>/dev/null)" != "$mtu" ]; then
        echo "$unit restarted"
    elif [ "$(wg showconf "$interface" | grep . | sha256sum)" != "$(wg-quick strip "$interface" | grep . | sha256sum)" ]; then
        echo "$unit reloaded"
    fi
}

for argument in "$@"; do
    case $argument in
        setting:*) setting "${argument#*:}" ;;
        tunnel:*) tunnel "${argument#*:}" ;;
    esac
done | sort --unique

runs systemd-networkd && ! is_older systemd-networkd /etc/systemd/networkd.conf.d || echo systemd-networkd restarted

rules=/etc/systemd/system/router-forwards.service
runs router-forwards && ! is_older router-forwards $rules \
    && [ "$(ip rule list | grep -c 'proto 210')" = "$(grep -c '^ExecStart=ip rule add' $rules)" ] || echo router-forwards restarted

loaded=$(nft list table inet router 2>/dev/null | sed -n 's/^\tcomment //p' | head -n 1)
runs nftables && [ "$loaded" = "$(sed -n 's/^  comment //p' /etc/nftables.conf)" ] || echo nftables reloaded

runs ulogd2 && ! is_older ulogd2 /etc/ulogd.conf || echo ulogd2 restarted

if ! runs frr || is_older frr /etc/frr/daemons; then
    echo frr restarted
elif ! /usr/lib/frr/frr-reload.py --test --stdout /etc/frr/frr.conf 2>/dev/null | awk '/^Lines To/ { getline; getline; if (NF) found = 1 } END { exit found }'; then
    echo frr reloaded
fi
