# A folder, and a system that answers at a port of its own with what it was told of who asks.
set -eu
mkdir -p /srv/pages/admin
echo 'the intranet' > /srv/pages/index.html
echo 'its inner part' > /srv/pages/admin/index.html
cat > /usr/local/bin/telling <<'END'
from http.server import BaseHTTPRequestHandler, HTTPServer


class Telling(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"user {self.headers.get('X-Remote-User')} at {self.path}\n".encode())


HTTPServer(("127.0.0.1", 8080), Telling).serve_forever()
END
systemd-run --unit=telling --property=Restart=always python3 /usr/local/bin/telling

# The keys of a system that needs no more than a ticket.
samba-tool user create svc_plain --random-password > /dev/null
samba-tool spn add HTTP/plain.roles.ict.example svc_plain > /dev/null
samba-tool domain exportkeytab /etc/plain.keytab --principal=HTTP/plain.roles.ict.example 2> /dev/null
chgrp www-data /etc/plain.keytab
chmod 640 /etc/plain.keytab
