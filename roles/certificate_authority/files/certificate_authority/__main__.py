"""`python3 -m certificate_authority`."""

import sys

from certificate_authority.command import main

sys.exit(main(sys.argv[1:]))
