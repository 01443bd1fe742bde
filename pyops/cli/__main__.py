"""`python -m pyops.cli`: the same as the `pyops` command, where no script is installed."""

import sys

from pyops.cli.start import main

sys.exit(main())
