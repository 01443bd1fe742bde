# Prints how the host stands to its ring's level, one finding a line:
#   at TIME                     the host's own clock
#   refused WORDS               why nothing may be installed now
#   restart                     a restart of the host is due
#   release SHA256              the hash of the signed file that the level follows from
#   change NAME BEFORE AFTER    what installing would do, `-` for a version that is not there
# Arguments: RING RESERVE_MIB [DAY START MINUTES]; without a window it may be at any time.
#
# The mirrors' lists are fetched into a folder of their own each time. In the host's own lists apt keeps what is newer than what the mirror
# serves, so that a ring that was taken back would not be seen.
set -u
export LC_ALL=C DEBIAN_FRONTEND=noninteractive
ring=$1 reserve=$2 day=${3-} start=${4-} minutes=${5-}
sources=/etc/apt/sources.list.d/patch_level.sources
level=/var/cache/patch_level
export APT_CONFIG="$level/apt.conf"

# Minutes since the last midnight from Sunday to Monday.
now() {
    date '+%u %-H %-M' | { read -r weekday hour minute && echo $(((weekday - 1) * 1440 + hour * 60 + minute)); }
}

window() {
    opens=0
    for name in monday tuesday wednesday thursday friday saturday sunday; do
        [ "$name" != "$day" ] || break
        opens=$((opens + 1440))
    done
    hour=${start%:*} minute=${start#*:}
    opens=$((opens + ${hour#0} * 60 + ${minute#0}))
    now=$(now)
    [ $(((now - opens + 10080) % 10080)) -ge "$minutes" ] || return 0
    # Whole days ahead; noon is never skipped nor repeated when clocks are changed.
    days=$((((opens / 1440 - now / 1440) + 7) % 7))
    [ "$opens" -gt "$now" ] || [ "$days" -gt 0 ] || days=7
    next=$(date --date="12:00 $days days" '+%A %-d %B %Y')
    echo "refused its clock says $(date '+%A %-d %B %Y %H:%M %Z'), the next window opens on $next at $start for $minutes minutes"
}

dpkg_state() {
    unfinished=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' \
        | sed -n 's/^\(half-installed\|half-configured\|unpacked\|triggers-awaited\|triggers-pending\) //p' | sort | tr '\n' ' ')
    [ -z "$unfinished" ] || echo "refused dpkg has not finished ${unfinished% }, that is to be mended by hand first"
    [ -z "$(ls /var/lib/dpkg/updates)" ] || echo "refused a run of dpkg was interrupted, that is to be mended by hand first"
}

lists() {
    rm -rf "$level"
    mkdir -p "$level/lists/partial"
    printf '%s;\n' "Dir::State::lists \"$level/lists\"" "Dir::Cache::pkgcache \"$level/pkgcache.bin\"" 'Dir::Cache::srcpkgcache ""' \
        "Dir::Etc::sourcelist \"$sources\"" 'Dir::Etc::sourceparts "-"' 'APT::Update::Error-Mode "any"' > "$APT_CONFIG"
    apt-get --quiet=2 update < /dev/null 2>&1
}

changes() {
    simulated=$(apt-get --simulate dist-upgrade < /dev/null) || return
    echo "$simulated" | awk '
        function bare(word) { gsub(/[][()]/, "", word); return word }
        $1 == "Remv" { print "change", $2, bare($3), "-" }
        $1 == "Inst" && $3 ~ /^\[/ { print "change", $2, bare($3), bare($4) }
        $1 == "Inst" && $3 !~ /^\[/ { print "change", $2, "-", bare($3) }'
}

# The files of all new versions beside those of the old ones, and the packages that they come in: more than dpkg needs at any moment.
disk() {
    echo "$1" | awk '$1 == "change" && $4 != "-" { print $2 "=" $4 }' | xargs --no-run-if-empty apt-cache show \
        | awk '/^Installed-Size:/ { sum += $2 } /^Size:/ { sum += $2 / 1024 } END { printf "%d\n", sum / 1024 + 1 }'
}

echo "at $(date --iso-8601=seconds)"
[ ! -e /run/reboot-required ] || echo restart
refusals=$(
    [ -z "$day" ] || window
    dpkg_state
    [ -e "$sources" ] || echo "refused its sources are not written yet, it must be configured first"
)
[ -z "$refusals" ] || { echo "$refusals" && exit 0; }

if ! words=$(lists); then
    echo "refused no mirror gives it the ring $ring: $(echo "$words" | tr '\n' ' ')"
    exit 0
fi
echo "release $(sha256sum "$level"/lists/*_InRelease | cut -d ' ' -f 1)"
changed=$(changes) || exit
[ -n "$changed" ] || exit 0
echo "$changed"
needed=$(disk "$changed")
free=$(df --output=avail --block-size=1M /usr /var/cache/apt/archives | sed 1d | sort -n | head -n 1)
[ "$((free - needed))" -ge "$reserve" ] || echo "refused $free MiB are free, $needed MiB are needed and $reserve MiB must stay free"
