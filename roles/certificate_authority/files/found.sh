# Prints what the role must know of the host before it begins, one finding a line. Arguments: the packages that it should have.
for package in "$@"; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "package $package"
done

# An authority that cannot say how it is has nothing yet, or will say why when something is asked of it.
state=$(/usr/local/sbin/certificate-authority status 2>/dev/null) && printf "state %s\n" "$state" # echo would change what is behind a backslash
exit 0
