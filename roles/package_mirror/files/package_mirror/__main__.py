"""`package-mirror VERB`."""

import sys

from package_mirror.command import main

sys.exit(main(sys.argv[1:]))
