# Prints what the role must know of the host before it begins, one finding a line. Arguments: the packages that it should have.
for package in "$@"; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "package $package"
done

# Another role's source is no image's: it says so in its first line.
for source in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [ ! -e "$source" ] || [ "$source" = /etc/apt/sources.list.d/base.sources ] \
        || head -n 1 "$source" | grep -q '^# Written by Ansible' || echo "source $source"
done

# CAP_SYS_TIME is bit 25 (linux/capability.h); a container usually lacks it.
bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/1/status)
[ $((0x$bounding >> 25 & 1)) = 1 ] || echo no-clock
