# Prints the settings of the kernel that are not as configured. Arguments: KEY=VALUE.
for setting in "$@"; do
    file=/proc/sys/$(echo "${setting%%=*}" | tr . /)
    # A container shares its machine's kernel: what it may not write belongs to the machine.
    [ -w "$file" ] || continue
    [ "$(tr '\t' ' ' < "$file")" = "${setting#*=}" ] || echo "$setting"
done
