"""What all tests stand on."""

import signal

# Started in the background by a shell, a test run ignores interrupts, and so would all that it starts and interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
