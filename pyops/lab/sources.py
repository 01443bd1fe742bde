"""The machine's own package sources, in both of apt's formats, those of one Debian release."""

import re
from collections.abc import Iterable
from pathlib import Path

_ETC = Path("/etc/apt")
_SOURCE = re.compile(r"deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>.+)")


def of_machine(release: str, etc: Path = _ETC) -> list[str]:
    """One line ("deb [signed-by=...] URI SUITE main") for each source of the release; none on a machine of another.

    Sources of other suites, and those without Debian's own component `main`, are left out.
    """
    suites = {release, f"{release}-updates", f"{release}-security"}
    lines: list[str] = []
    for file in [etc / "sources.list", *sorted((etc / "sources.list.d").glob("*"))]:
        if file.suffix == ".list" and file.is_file():
            lines += _from_lines(file.read_text(encoding="utf-8"), suites)
        elif file.suffix == ".sources" and file.is_file():
            lines += _from_stanzas(file.read_text(encoding="utf-8"), suites)
    return list(dict.fromkeys(lines))


def _from_lines(text: str, suites: set[str]) -> Iterable[str]:
    """The old format: one source a line."""
    for line in text.splitlines():
        found = _SOURCE.fullmatch(line.strip())
        if found and found["suite"] in suites and "main" in found["components"].split():
            yield _line(found["options"] or "", found["uri"], found["suite"])


def _from_stanzas(text: str, suites: set[str]) -> Iterable[str]:
    """The newer format (deb822): a stanza a source, several URIs and suites in one."""
    for stanza in re.split(r"\n\s*\n", text):
        fields = _fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() in ("no", "false"):
            continue
        if "main" not in fields.get("components", "").split():
            continue
        keyring = fields.get("signed-by", "")
        options = f"signed-by={keyring}" if keyring.startswith("/") else ""
        for uri in fields.get("uris", "").split():
            yield from (_line(options, uri, suite) for suite in fields.get("suites", "").split() if suite in suites)


def _fields(stanza: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    key = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            fields[key] = f"{fields.get(key, '')} {line.strip()}"
        elif ":" in line:
            key, _, value = line.partition(":")
            key = key.strip().lower()
            fields[key] = value.strip()
    return fields


def _line(options: str, uri: str, suite: str) -> str:
    return f"deb {f'[{options}] ' if options else ''}{uri} {suite} main"
