"""How long work tells what it is doing, without printing anything itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager

Step = Callable[[str], AbstractContextManager[None]]
"""Told what begins; its block is the work. The command line prints and times it."""
