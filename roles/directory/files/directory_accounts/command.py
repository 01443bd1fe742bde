#!/usr/bin/python3
"""What a directory holds of people, services and groups, and single steps to change it.

    directory-accounts read                  everything as one JSON document
    directory-accounts apply < steps.json    do the steps one after the other, one JSON line each

It runs on a controller, as root, over the controller's own database. Steps are {"estate": NAME, "steps": [...]}.
Each says what is to be, so one that is done already changes nothing; the first that fails ends the run, and a later
run goes on. Only what carries the estate's own mark is ever changed. Passwords come in on standard input alone, and
never go out.
"""

import json
import sys

from directory import Directory
from reading import read
from steps import apply


def main(act: str) -> int:
    """Read or apply; 0 where all is done."""
    if act == "read":
        sys.stdout.write(json.dumps(read(Directory())) + "\n")
        return 0
    asked, is_done = json.load(sys.stdin), True
    for result in apply(Directory(asked["estate"]), asked["steps"]):
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
        is_done = result["done"]
    return 0 if is_done else 1


if __name__ == "__main__":
    if sys.argv[1:] not in (["read"], ["apply"]):
        sys.exit("directory-accounts: say read, or apply with steps on standard input")
    sys.exit(main(sys.argv[1]))
