# Waits until as many BGP sessions stand as the argument says, and gives up without failing: where keys are changed, or the other end
# is off, a session cannot come back before the other end is done too.
for _ in $(seq 30); do
    [ "$(vtysh -c 'show bgp summary json' | grep -c '"state":"Established"')" -ge "$1" ] && exit 0
    sleep 1
done
exit 0
