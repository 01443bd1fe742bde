# Has this controller's services forget another controller that was lost, since that one was made anew: they keep its tickets for hours, with
# which they would fetch nothing from the new one. Waits until they can get new ones.
# Arguments: the other's computer name, when its password was set (pwdLastSet).
tries=0
until ldbsearch -H /var/lib/samba/private/sam.ldb "(&(sAMAccountName=$1\$)(pwdLastSet=$2))" dn 2>/dev/null | grep --quiet '^dn: '; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || { echo "$1: its new account has not come here" >&2 && exit 1; }
    sleep 1
done
systemctl try-restart samba-ad-dc
