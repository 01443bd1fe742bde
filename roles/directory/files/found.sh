# Prints what the role must know of the host before it begins, one finding a line.
# Arguments: the controller's own full name, then the packages that it should have.
name=$1
shift
for package in "$@"; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "package $package"
done

# Whether this is a controller already: files/directory_make.py says what the marks mean.
if [ -e /var/lib/samba/directory.made ] && [ -e /var/lib/samba/directory.restored ]; then
    echo state restored
elif [ -e /var/lib/samba/directory.made ]; then
    echo state made
elif [ -e /var/lib/samba/directory.begun ]; then
    echo state begun
elif [ -e /var/lib/samba/private/sam.ldb ]; then
    echo state foreign
else
    echo state none
fi

# Under an address of the loopback nobody else would reach it.
! grep --quiet --extended-regexp --ignore-case "^127\..*[[:space:]]$name([[:space:]]|\$)" /etc/hosts || echo loopback

# CAP_SYS_TIME is bit 25 (linux/capability.h); a container usually lacks it.
bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/1/status)
[ $((0x$bounding >> 25 & 1)) = 1 ] || echo no-clock
