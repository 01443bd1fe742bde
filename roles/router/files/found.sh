# Prints what the role must know of the router before it begins, one finding a line.
# Arguments: package:NAME for each package that it should have, tunnel:INTERFACE for each tunnel that is planned.
planned=" "
for argument in "$@"; do
    name=${argument#*:}
    case $argument in
        tunnel:*) planned="$planned$name " ;;
        *) [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || echo "package $name" ;;
    esac
done

for file in /etc/wireguard/*.conf; do
    tunnel=$(basename "$file" .conf)
    case $planned in
        *" $tunnel "*) ;;
        *) [ ! -e "$file" ] || echo "tunnel $tunnel" ;;
    esac
done

echo "peers $(vtysh -c 'show bgp summary json' 2>/dev/null | grep -c '"state":"Established"')"
