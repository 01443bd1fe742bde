# Prints what the role must know of the router before it begins, one finding a line.
# Arguments: package:NAME for each package that it should have, file:PATH for each file that is planned.
planned=" "
for argument in "$@"; do
    name=${argument#*:}
    case $argument in
        file:*) planned="$planned$name " ;;
        *) [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "package $name" ;;
    esac
done

for file in /etc/strongswan.d/hub_tunnels.conf /etc/swanctl/conf.d/hub_tunnels.conf /etc/systemd/network/hub-*.netdev /etc/systemd/network/hub-*.network; do
    case $planned in
        *" $file "*) ;;
        *) [ ! -e "$file" ] || echo "file $file" ;;
    esac
done
