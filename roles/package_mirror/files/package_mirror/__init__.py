"""The package mirror of a site: releases of suites, whole and signed, between which the site switches in one step.

Runs on the host's own Python (3.11) with nothing but its standard library, and starts `gpgv`, `gpg` and `aptly`.
"""
