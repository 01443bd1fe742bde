"""Passwords that no person types: made by chance, each for one purpose, kept where the keys are."""

import secrets
from collections.abc import Mapping

PURPOSES = ("certificate_authority", "directory_administrator", "web_sign_on_client", "web_sign_on_reader")
"""What the playbooks need one for; `secret_passwords` has them under these names."""
_BYTES = 24


def passwords(known: Mapping[str, str]) -> dict[str, str]:
    """One of 32 characters for every purpose: new ones where one is missing; purposes that are gone fall away."""
    return {purpose: known.get(purpose) or _new() for purpose in PURPOSES}


def _new() -> str:
    """A directory takes only what has letters of both cases and a digit: hardly one in a hundred has not."""
    while True:
        password = secrets.token_urlsafe(_BYTES)
        if all(any(kind(sign) for sign in password) for kind in (str.islower, str.isupper, str.isdigit)):
            return password
