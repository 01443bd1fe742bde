# Prints the units that do not do what is configured: they do not run, are not enabled, or began before a file that they read was written.
# Arguments: UNIT:PATH:PATH...
for argument in "$@"; do
    unit=${argument%%:*} files=${argument#*:}
    if ! systemctl --quiet is-active "$unit" || ! systemctl --quiet is-enabled "$unit" 2>/dev/null; then
        echo "$unit"
        continue
    fi
    started=$(systemctl show --timestamp=us+utc --property=ActiveEnterTimestamp --value "$unit")
    IFS=:
    # ctime: the other times of a file can be set by whoever copies it.
    # shellcheck disable=SC2086 # split at the colons
    [ -z "$(find $files -newerct "$started" -print -quit 2>/dev/null)" ] || echo "$unit"
    unset IFS
done
