#!/bin/sh
# Prints a half of a key pair that signs packages, made at first use. Usage: key.sh FOLDER private|public
set -eu
home=$1/package_mirror
gpg() { command gpg --homedir "$home" --batch --quiet --no-tty "$@"; }
trap 'gpgconf --homedir "$home" --kill gpg-agent' EXIT
if [ ! -d "$home" ]; then
    mkdir -m 700 "$home"
    gpg --passphrase '' --quick-generate-key 'Mirror of tests' ed25519 sign never
fi
case $2 in
    private) gpg --armor --export-secret-keys ;;
    public) gpg --armor --export ;;
esac
