# Prints what each unit must do, one `UNIT ACTION` a line, since what is in force is not what is configured: it also finds what an
# interrupted run left, and what was changed by hand.
# Arguments: strongswan where tunnels are planned, interface:NAME for each interface that is planned.

runs() {
    systemctl --quiet is-active "$1" && systemctl --quiet is-enabled "$1"
}

# Whether the unit runs since before one of the files was last written. ctime, since the other times can be set by whoever copies.
is_older() {
    started=$(systemctl show --timestamp=us+utc --property=ActiveEnterTimestamp --value "$1")
    shift
    [ -n "$(find "$@" -newerct "$started" -print -quit 2>/dev/null)" ]
}

for argument in "$@"; do
    case $argument in
        interface:*)
            name=${argument#*:}
            mtu=$(sed -n 's/^MTUBytes=//p' "/etc/systemd/network/$name.network" 2>/dev/null)
            [ "$(cat "/sys/class/net/$name/mtu" 2>/dev/null)" = "$mtu" ] || echo systemd-networkd restarted
            ;;
        strongswan)
            runs strongswan && ! is_older strongswan /etc/strongswan.d/hub_tunnels.conf /etc/swanctl/conf.d/hub_tunnels.conf \
                || echo strongswan restarted
            ;;
    esac
done | sort --unique
