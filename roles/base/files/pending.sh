# Prints the units that must be restarted, since what they do is not what is configured: it also finds what an interrupted run left.
# Arguments: KEY=VALUE for a setting of the kernel, UNIT:PATH:PATH... for a unit and the files that it reads when it starts.

setting() {
    file=/proc/sys/$(echo "${1%%=*}" | tr . /)
    # A container shares its machine's kernel: what it may not write belongs to the machine.
    [ -w "$file" ] || return 0
    [ "$(tr '\t' ' ' < "$file")" = "${1#*=}" ] || echo systemd-sysctl
}

unit() {
    name=${1%%:*} files=${1#*:}
    if ! systemctl --quiet is-active "$name" || ! systemctl --quiet is-enabled "$name"; then
        echo "$name"
        return
    fi
    started=$(systemctl show --timestamp=us+utc --property=ActiveEnterTimestamp --value "$name")
    IFS=:
    # ctime: the other times of a file can be set by whoever copies it.
    # shellcheck disable=SC2086 # split at the colons
    [ -z "$(find $files -newerct "$started" -print -quit 2>/dev/null)" ] || echo "$name"
    unset IFS
}

for argument in "$@"; do
    case $argument in
        *=*) setting "$argument" ;;
        *) unit "$argument" ;;
    esac
done | sort --unique
