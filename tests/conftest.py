"""What all tests stand on."""

import signal

import pytest

# Started in the background by a shell, a test run ignores interrupts, and so would all that it starts and interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that run the engine take minutes, so they come first: none of them is left to one worker at the end."""
    slow = {item.path for item in items if item.get_closest_marker("engine")}
    items.sort(key=lambda item: (item.get_closest_marker("last") is not None, item.path not in slow))
