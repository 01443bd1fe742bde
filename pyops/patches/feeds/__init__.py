"""Files that name vulnerabilities of Debian's packages, for sites that have such: they are read, and never fetched."""
