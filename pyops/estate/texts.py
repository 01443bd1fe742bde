"""Names and texts of the estate file: what they must look like, said to people and to editors."""

import re
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

LONGEST_NAME = 40
NOT_TEXT = "YAML reads some bare words (on, no, 12) as other things, so quote it"


def refusal(rule: str) -> PydanticCustomError:
    """An error whose text is the rule that a value breaks; braces in the text are taken as they are."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule})


def as_text(pattern: str, description: str) -> WithJsonSchema:
    """How editors check the text in the file, whatever type it is read into."""
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "description": description})


def looks_like(pattern: str, rule: str, longest: int = 255) -> Callable[[Any], str]:
    """A validator of texts that match a pattern and are no longer than that."""

    def validator(value: Any) -> str:
        if not isinstance(value, str):
            raise refusal(f"must be text: {NOT_TEXT}")
        if not re.fullmatch(pattern, value):
            raise refusal(rule)
        if len(value) > longest:
            raise refusal(f"may have {longest} characters at most, has {len(value)}")
        return value

    return validator


_NAME = r"[a-z][a-z0-9]*(_[a-z0-9]+)*"
_NAME_RULE = "must be a name of small letters, digits and single underscores that begins with a letter"
Name = Annotated[str, BeforeValidator(looks_like(_NAME, _NAME_RULE, LONGEST_NAME)), as_text(_NAME, _NAME_RULE)]
"""A name that the file gives to a thing, and by which it refers to it."""

_HOST_WORD = r"[a-z][a-z0-9]*"
_HOST_WORD_RULE = "must be small letters and digits, a letter first: it is part of host names"
HostWord = Annotated[
    str, BeforeValidator(looks_like(_HOST_WORD, _HOST_WORD_RULE, LONGEST_NAME)), as_text(_HOST_WORD, _HOST_WORD_RULE)
]
"""A name that becomes part of a host's: a site's or a pool's, in `<site>-<pool>-<nn>`."""

_HOST = r"[a-z]([a-z0-9-]{0,13}[a-z0-9])?"
_HOST_RULE = "must be a host name: at most 15 small letters, digits and hyphens, a letter first, no hyphen last"
HostLabel = Annotated[str, BeforeValidator(looks_like(_HOST, _HOST_RULE)), as_text(_HOST, _HOST_RULE)]

_LINK = r"[a-z][a-z0-9_]*(-[a-z0-9_]+)*"
_LINK_RULE = "must be a name of small letters, digits, underscores and single hyphens"
LinkName = Annotated[str, BeforeValidator(looks_like(_LINK, _LINK_RULE)), as_text(_LINK, _LINK_RULE)]

_VERSION = r"(\d+:)?\d[A-Za-z0-9.+~-]*"
_VERSION_RULE = "must be a version as dpkg writes it, as in 1:9.2p1-2+deb12u10"
PackageVersion = Annotated[str, BeforeValidator(looks_like(_VERSION, _VERSION_RULE)), as_text(_VERSION, _VERSION_RULE)]

_CVE = r"CVE-\d{4}-\d{4,}"
_CVE_RULE = "must be the number of a vulnerability, as in CVE-2026-12345"
Cve = Annotated[str, BeforeValidator(looks_like(_CVE, _CVE_RULE)), as_text(_CVE, _CVE_RULE)]

_WORDS = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\S[^\x00-\x1f\x7f-\x9f\u2028\u2029]*"
_WORDS_RULE = "must be one line of text"
Words = Annotated[str, BeforeValidator(looks_like(_WORDS, _WORDS_RULE)), as_text(r".*\S.*", _WORDS_RULE)]
"""What is written for people: one line, not empty."""

_DOMAIN = r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+"
_DOMAIN_RULE = "must be a domain of two parts or more in small letters, as in ict.example"
Domain = Annotated[str, BeforeValidator(looks_like(_DOMAIN, _DOMAIN_RULE)), as_text(_DOMAIN, _DOMAIN_RULE)]

_REALM = r"[A-Z0-9]([A-Z0-9-]*[A-Z0-9])?(\.[A-Z0-9]([A-Z0-9-]*[A-Z0-9])?)*"
_REALM_RULE = "must be a realm in capital letters, as in ICT.EXAMPLE"
Realm = Annotated[str, BeforeValidator(looks_like(_REALM, _REALM_RULE)), as_text(_REALM, _REALM_RULE)]

_GUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SUBSCRIPTION_RULE = "must be a subscription's id, as in 01234567-89ab-cdef-0123-456789abcdef"
Subscription = Annotated[
    str, BeforeValidator(looks_like(_GUID, _SUBSCRIPTION_RULE)), as_text(_GUID, _SUBSCRIPTION_RULE)
]

_GROUP_RULE = "must be a group's object id, as in 01234567-89ab-cdef-0123-456789abcdef"
GroupId = Annotated[str, BeforeValidator(looks_like(_GUID, _GROUP_RULE)), as_text(_GUID, _GROUP_RULE)]

_REGION = r"[a-z]+[0-9]*"
_REGION_RULE = "must be the name of an Azure region in small letters, as in uksouth"
Region = Annotated[str, BeforeValidator(looks_like(_REGION, _REGION_RULE)), as_text(_REGION, _REGION_RULE)]

_PACKAGE = r"[a-z0-9][a-z0-9+.-]+"
_PACKAGE_RULE = "must be the name of a Debian package, as in openssh-server"
DebianPackage = Annotated[str, BeforeValidator(looks_like(_PACKAGE, _PACKAGE_RULE)), as_text(_PACKAGE, _PACKAGE_RULE)]

_SUITE = r"[a-z][a-z0-9._/-]*"
_SUITE_RULE = "must be a word of an apt source, as in bookworm or main"
AptWord = Annotated[str, BeforeValidator(looks_like(_SUITE, _SUITE_RULE)), as_text(_SUITE, _SUITE_RULE)]

_URI = r"https?://[a-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~/-]*)?"
_URI_RULE = "must be an http or https address without user, query or spaces, as in http://packages.ict.example/debian"
Uri = Annotated[str, BeforeValidator(looks_like(_URI, _URI_RULE)), as_text(_URI, _URI_RULE)]

_FILE = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
_FILE_RULE = "must be the name of a file beside the estate, as in desktops.csv"
FileName = Annotated[str, BeforeValidator(looks_like(_FILE, _FILE_RULE)), as_text(_FILE, _FILE_RULE)]

_LOGIN = r"[a-z][a-z0-9]*([._-][a-z0-9]+)*"
_LOGIN_RULE = "must be a login of small letters and digits, a letter first, with single dots, hyphens or underscores"
LONGEST_LOGIN = 20
"""Characters of a sAMAccountName, which older protocols still read (MS-ADTS 3.1.1.6)."""
Login = Annotated[str, BeforeValidator(looks_like(_LOGIN, _LOGIN_RULE, LONGEST_LOGIN)), as_text(_LOGIN, _LOGIN_RULE)]
"""How somebody, or a service, is called when logging in."""

_PRINCIPAL = r"[A-Za-z][A-Za-z0-9]*/[a-z0-9]([a-z0-9.-]*[a-z0-9])?"
_PRINCIPAL_RULE = "must be a Kerberos name of a service on a host, as in HTTP/auth.ict.example"
ServicePrincipal = Annotated[
    str, BeforeValidator(looks_like(_PRINCIPAL, _PRINCIPAL_RULE)), as_text(_PRINCIPAL, _PRINCIPAL_RULE)
]
