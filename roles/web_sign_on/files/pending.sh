# Prints what each unit must do, one `UNIT ACTION` a line, since what is in force is not what is configured: it also finds what an
# interrupted run left, and what was changed by hand.
# Arguments: UNIT:PATH:PATH... for a unit that runs and the files that it reads when it starts, UNIT for one that must not run.

# ctime, since the other times can be set by whoever copies.
is_older() {
    started=$(systemctl show --timestamp=us+utc --property=ActiveEnterTimestamp --value "$1")
    IFS=:
    # shellcheck disable=SC2086 # split at the colons
    changed=$(find $2 -newerct "$started" -print -quit 2>/dev/null)
    unset IFS
    [ -n "$changed" ]
}

for argument in "$@"; do
    unit=${argument%%:*}
    case $argument in
        *:*)
            systemctl --quiet is-active "$unit" && systemctl --quiet is-enabled "$unit" && ! is_older "$unit" "${argument#*:}" \
                || echo "$unit restarted"
            ;;
        *) if systemctl --quiet is-active "$unit" || systemctl --quiet is-enabled "$unit" 2>/dev/null; then echo "$unit stopped"; fi ;;
    esac
done
