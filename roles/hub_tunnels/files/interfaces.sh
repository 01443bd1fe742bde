# Prints the interfaces that are not as planned. Arguments: the names of those that are.
for name in "$@"; do
    mtu=$(sed -n 's/^MTUBytes=//p' "/etc/systemd/network/$name.network" 2>/dev/null)
    [ "$(cat "/sys/class/net/$name/mtu" 2>/dev/null)" = "$mtu" ] || echo "$name"
done
