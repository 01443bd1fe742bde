"""Reads a fleet and keeps what it says, as `pyops fleet scan` does; the estate is a list of addresses in a file.

`python -m benchmarks.fleet_read HOSTS USER KEY KNOWN_HOSTS DATABASE [PROCESSES]`
"""

import sys
from collections import Counter
from pathlib import Path

from pyops.fleet.observation import Silence
from pyops.fleet.reading import read
from pyops.fleet.store import Store
from pyops.fleet.target import Access, Settings, Target


def main() -> None:
    hosts, user, key, known_hosts, database, *rest = sys.argv[1:]
    targets = [Target(address, address) for address in Path(hosts).read_text().split()]
    settings = Settings(Access(user, Path(key), Path(known_hosts)), processes=int(rest[0]) if rest else 1)
    outcomes: Counter[str] = Counter()
    with Store(Path(database)) as store:
        for reading in read(targets, settings):
            store.save(reading)
            outcomes[reading.reason if isinstance(reading, Silence) else "read"] += 1
    print(", ".join(f"{count} {what}" for what, count in sorted(outcomes.items())))


if __name__ == "__main__":
    main()
