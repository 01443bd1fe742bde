"""Logs in many times from the desk that it runs on: a ticket by password, then ssh by that ticket alone.

It runs as root on a desk and needs no more than Python's own library. JSON in: `passwords` by login, `server`, `count`,
`together` (logins under way at once). JSON out: `seconds` of the whole, and `logins`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path

OPTIONS = ["-o", "BatchMode=yes", "-o", "UserKnownHostsFile=/dev/null", "-o", "ConnectTimeout=30"]
PATIENCE_S = 90


def log_in(cache: Path, login: str, password: str, server: str) -> dict[str, object]:
    """One login in a ticket cache of its own: seconds for the ticket, seconds for ssh, and what went wrong."""
    variables = {**os.environ, "KRB5CCNAME": f"FILE:{cache}"}
    begin = time.monotonic()
    wrong = run(["kinit", login], f"{password}\n", "", variables)
    ticket = time.monotonic()
    wrong = wrong or run(["ssh", *OPTIONS, "-l", login, server, "id --user --name"], "", login, variables)
    cache.unlink(missing_ok=True)
    return {"ticket": ticket - begin, "ssh": time.monotonic() - ticket, "wrong": wrong}


def run(words: list[str], stdin: str, expected: str, variables: dict[str, str]) -> str:
    """What went wrong, or nothing."""
    try:
        done = subprocess.run(
            words, input=stdin, capture_output=True, text=True, env=variables, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"{words[0]}: no end after {PATIENCE_S} s"
    if done.returncode or expected not in done.stdout:
        return f"{words[0]}: {done.stderr.strip() or done.stdout.strip()}"
    return ""


def main() -> None:
    asked = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(asked["together"]) as pool:
        begin = time.monotonic()
        under_way = [
            pool.submit(log_in, Path(folder) / str(number), login, password, asked["server"])
            for number, (login, password) in zip(range(asked["count"]), cycle(asked["passwords"].items()), strict=False)
        ]
        logins = [one.result() for one in under_way]
        seconds = time.monotonic() - begin
    print(json.dumps({"seconds": seconds, "logins": logins}))


if __name__ == "__main__":
    main()
