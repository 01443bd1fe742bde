# Prints what the role must know of the host before it begins, one finding a line.
# Arguments: package:NAME for each package that it should have, hold:NAME=VERSION for each hold that is planned (VERSION empty for any).
for argument in "$@"; do
    name=${argument#*:} name=${name%%=*}
    state=$(dpkg-query --show --showformat='${db:Status-Status} ${Version}' "$name" 2>/dev/null)
    case $argument in
        package:*) [ "${state%% *}" = installed ] || echo "package $name" ;;
        *"=" | *"=${state#* }") [ "${state%% *}" != installed ] || echo "keep $name ${state#* }" ;;
    esac
done

dpkg-query --show --showformat='${db:Status-Want} ${binary:Package}\n' | sed -n "s/^hold \(.*\)/held \1/; s/:$(dpkg --print-architecture)\$//; /^held /p"
