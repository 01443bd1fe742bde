"""The certificate authorities of the service: a root that signs issuers, and an issuer, which signs for hosts."""
