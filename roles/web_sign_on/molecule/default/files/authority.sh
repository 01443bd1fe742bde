# Makes an authority for the tests alone and a certificate of it for each name. Arguments: folder, names.
set -eu
folder=$1
shift
mkdir -p "$folder"
cd "$folder"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Authority of the tests' -keyout authority.key -out authority.pem 2>/dev/null
for name in "$@"; do
    full=$name.roles.ict.example
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$full" -keyout "$name.key" -out "$name.csr" 2>/dev/null
    printf 'subjectAltName=DNS:%s\n' "$full" > "$name.ext"
    openssl x509 -req -days 2 -in "$name.csr" -CA authority.pem -CAkey authority.key -CAcreateserial -extfile "$name.ext" -out "$name.pem" 2>/dev/null
done
chmod 600 ./*.key
