# Prints the numbers of accounts (idmap.ldb) of a controller that is made, gzip in base64, and nothing of a host that is none.
set -eu
[ -e /var/lib/samba/directory.made ] || exit 0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
tdbbackup -s .copy /var/lib/samba/private/idmap.ldb
mv /var/lib/samba/private/idmap.ldb.copy "$folder/idmap.ldb"
gzip --stdout "$folder/idmap.ldb" | base64 --wrap=0
