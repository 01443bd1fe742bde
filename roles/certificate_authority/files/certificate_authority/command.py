"""The command line: one verb a run, what was made on the standard output, errors in words on the other."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from certificate_authority import issuer, root
from certificate_authority.errors import Refused
from certificate_authority.place import alone
from certificate_authority.settings import read_settings

_SETTINGS = Path("/etc/certificate-authority/settings.json")
Act = Callable[..., Any]
"""Called with the settings, what the command line names, and what came in on the standard input."""


def main(arguments: Sequence[str]) -> int:
    """Run a verb; returns the exit code: 0 done, 1 refused, 2 called wrongly."""
    os.umask(0o022)
    asked = _parser().parse_args(arguments)
    try:
        settings = read_settings(asked.settings)
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        given = _given(asked.takes)  # before the lock: whoever types keeps nobody waiting
        with alone(settings.folder):
            _show(asked.act(settings, *asked.words, *given))
    except Refused as refused:
        print(f"certificate-authority: {refused}", file=sys.stderr)
        return 1
    except OSError as error:
        where = error.filename or asked.verb
        print(f"certificate-authority: {where}: {error.strerror or error}, the system must allow it", file=sys.stderr)
        return 1
    return 0


def _show(made: Any) -> None:
    """PEM as it is, all else as JSON, and nothing where nothing was made."""
    if made is None:
        return
    text = made.decode() if isinstance(made, bytes) else made if isinstance(made, str) else json.dumps(made) + "\n"
    print(text, end="")


def _given(wanted: Sequence[str]) -> list[Any]:
    """What the JSON object on the standard input has, in this order: a command line would show it to everybody."""
    if not wanted:
        return []
    try:
        given = json.load(sys.stdin)
        return [given[name] for name in wanted]
    except (ValueError, KeyError, TypeError):
        raise Refused(f"standard input: something else, a JSON object with {', '.join(wanted)} is wanted") from None


def _parser() -> argparse.ArgumentParser:
    words = "The certificate authorities of the service."
    parser = argparse.ArgumentParser(prog="certificate-authority", description=words)
    parser.add_argument("--settings", type=Path, default=_SETTINGS, metavar="FILE")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, words: str, act: Act, *takes: str, names: str = "") -> None:
        given = f" (input: {', '.join(takes)})" if takes else ""
        one = verbs.add_parser(name, help=words + given)
        one.set_defaults(act=act, takes=takes, words=[])
        if names:
            one.add_argument("words", nargs=1, metavar=names)

    verb("status", "what is there", issuer.status)
    verb("issue", "sign a host's certificate", issuer.issue, "request", "names", "days")
    verb("issued", "all that was signed", issuer.issued)
    verb("revoke", "take back a certificate, or all of a name", issuer.revoke, names="SERIAL|NAME")
    verb("revocations", "renew the list of what is revoked, and print it", issuer.renew_list)
    verb("request", "have this issuer's key, and print what the root is asked", issuer.request)
    verb("install", "take what the root signed", issuer.install, "chain")
    verb("make-root", "make the root", root.make_root, "passphrase")
    verb("sign-issuer", "sign an issuer", root.sign_issuer, "passphrase", "name", "request")
    verb("revoke-issuer", "take back an issuer", root.revoke_issuer, "passphrase", names="SERIAL|NAME")
    return parser
