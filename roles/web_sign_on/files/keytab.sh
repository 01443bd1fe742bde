# Writes a keytab, whole or not at all, for the web server's account to read. Argument: its path. Standard input: the keytab in base64.
set -eu
umask 077
base64 --decode > "$1.new"
[ -s "$1.new" ]
chown root:www-data "$1.new"
chmod 640 "$1.new"
mv "$1.new" "$1"
