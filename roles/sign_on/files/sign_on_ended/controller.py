"""A conversation with one controller, by the library that SSSD itself uses.

Called as it is (libldap, whose manual pages explain each name), since members have no program that asks a directory.
"""

from collections.abc import Iterator, Sequence
from ctypes import (
    CDLL,
    CFUNCTYPE,
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_int,
    c_long,
    c_uint,
    c_ulong,
    c_void_p,
    string_at,
)
from types import TracebackType
from typing import Any, Self

Entry = dict[str, list[bytes]]

ANSWERING_S = 3
SUCCESS, NO_SUCH_OBJECT = 0, 32
VERSION, REFERRALS, TIMEOUT, NETWORK_TIMEOUT = 0x11, 0x08, 0x5002, 0x5005
NAME_AS_GIVEN, LEAST_STRENGTH = 0x610B, 0x6107  # LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_X_SASL_SSF_MIN
SEALED = 56  # strength of a connection that nobody else reads
QUIET, NO_MORE_QUESTIONS = 2, 0  # LDAP_SASL_QUIET, SASL_CB_LIST_END
ITSELF, BELOW = 0, 2  # what a search takes in


class Silent(Exception):  # noqa: N818 - named in words
    """A controller has said nothing that counts."""


class Seconds(Structure):
    """struct timeval."""

    _fields_ = (("seconds", c_long), ("microseconds", c_long))


class Value(Structure):
    """struct berval."""

    _fields_ = (("length", c_ulong), ("bytes", c_void_p))


class Question(Structure):
    """struct sasl_interact."""

    _fields_ = (
        ("kind", c_ulong),
        ("challenge", c_char_p),
        ("prompt", c_char_p),
        ("proposal", c_char_p),
        ("answer", c_char_p),
        ("length", c_uint),
    )


Answering = CFUNCTYPE(c_int, c_void_p, c_uint, c_void_p, POINTER(Question))


def _library() -> Any:
    """Whichever version there is, with the types of what it returns."""
    for name in ("libldap-2.5.so.0", "libldap.so.2", "libldap-2.4.so.2"):
        try:
            found = CDLL(name)
        except OSError:
            continue
        found.ldap_err2string.restype = c_char_p
        found.ldap_get_values_len.restype = POINTER(POINTER(Value))
        for function in (found.ldap_first_entry, found.ldap_next_entry):
            function.restype = c_void_p
        return found
    raise Silent("no libldap")


@Answering
def _as_oneself(_handle: int, _flags: int, _defaults: int, questions: Any) -> int:
    """The empty answer to whatever is asked: who asks is known by the ticket."""
    place = 0
    while questions[place].kind != NO_MORE_QUESTIONS:
        questions[place].answer, questions[place].length = b"", 0
        place += 1
    return SUCCESS


class Controller:
    """The conversation. Silent where the controller does not answer, or does not prove who it is."""

    def __init__(self, name: str) -> None:
        self._name, self._library, self._handle = name, _library(), c_void_p()
        self._must(self._library.ldap_initialize(byref(self._handle), f"ldap://{name}".encode()))

    def __enter__(self) -> Self:
        patience, version, strength = Seconds(ANSWERING_S, 0), c_int(3), c_ulong(SEALED)
        on = c_void_p(1)
        for option, value in (
            (VERSION, byref(version)),
            (REFERRALS, None),
            (TIMEOUT, byref(patience)),
            (NETWORK_TIMEOUT, byref(patience)),
            (NAME_AS_GIVEN, on),
            (LEAST_STRENGTH, byref(strength)),
        ):
            self._must(self._library.ldap_set_option(self._handle, option, value))
        bind = self._library.ldap_sasl_interactive_bind_s
        self._must(bind(self._handle, None, b"GSSAPI", None, None, QUIET, _as_oneself, None))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._library.ldap_unbind_ext_s(self._handle, None, None)

    def entry(self, name: str, *attributes: str) -> list[Entry]:
        """One entry, or none where there is none of the name."""
        return self._search(name, ITSELF, "(objectClass=*)", attributes)

    def named(self, base: str, names: Sequence[str], kind: str, *attributes: str) -> list[Entry]:
        """Entries of a kind by their names."""
        wanted = "".join(f"(sAMAccountName={_escaped(name)})" for name in names)
        return self._search(base, BELOW, f"(&(objectClass={kind})(|{wanted}))", attributes)

    def _search(self, base: str, scope: int, wanted: str, attributes: Sequence[str]) -> list[Entry]:
        asked = (c_char_p * (len(attributes) + 1))(*(name.encode() for name in attributes), None)
        patience, message = Seconds(ANSWERING_S, 0), c_void_p()
        search = self._library.ldap_search_ext_s
        limits = (0, None, None, byref(patience), 0)
        status = search(self._handle, base.encode(), scope, wanted.encode(), asked, *limits, byref(message))
        try:
            if status == NO_SUCH_OBJECT:
                return []
            self._must(status)
            return [{name: self._values(found, name) for name in attributes} for found in self._entries(message)]
        finally:
            self._library.ldap_msgfree(message)

    def _entries(self, message: c_void_p) -> Iterator[c_void_p]:
        found = self._library.ldap_first_entry(self._handle, message)
        while found:
            yield c_void_p(found)
            found = self._library.ldap_next_entry(self._handle, c_void_p(found))

    def _values(self, entry: c_void_p, name: str) -> list[bytes]:
        """Of an attribute; none where the entry has none, or shows none."""
        found = self._library.ldap_get_values_len(self._handle, entry, name.encode())
        if not found:
            return []
        place, values = 0, []
        while found[place]:
            value = found[place].contents
            values.append(string_at(value.bytes, value.length))
            place += 1
        self._library.ldap_value_free_len(found)
        return values

    def _must(self, status: int) -> None:
        if status != SUCCESS:
            raise Silent(f"{self._name}: {self._library.ldap_err2string(status).decode()}")


def _escaped(text: str) -> str:
    """As part of a filter (RFC 4515)."""
    return "".join(f"\\{ord(letter):02x}" if letter in "*()\\\0" else letter for letter in text)
