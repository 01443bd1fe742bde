"""Servers and what they are made of: images, pools, accounts, packages."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from pyops.estate.base import Named, Part, with_ids
from pyops.estate.values import Name, SizeMiB

DebianPackage = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9+.-]+$")]


class Image(Named):
    """A gold build: a Debian release and the packages that every server of this kind begins with."""

    release: Name
    packages: tuple[DebianPackage, ...] = ()


class Pool(Named):
    """Identical servers, named `<site>-<pool>-<nn>`, with addresses from `prefix[first]` on."""

    image: Name
    zone: Name
    count: Mapping[Name, Annotated[int, Field(ge=0, le=99)]]
    gateway: bool = False
    """Whether its one server a site is the site's router: it holds every zone's gateway address and the circuits."""
    first: Annotated[int, Field(ge=2)] | None = None
    target: Annotated[int, Field(ge=0)]
    """How many servers must be left for the service to hold its promise."""
    ring: Name
    cpu: Annotated[int, Field(ge=1, le=64)]
    memory: SizeMiB
    disk: SizeMiB | None = None
    """A data disk beside the system's own, in MiB."""


class Account(Named):
    """A local account on every host, for automation and for the day on which the directory is gone."""

    administrator: bool = False


class Packages(Part):
    """Where hosts take their packages from."""

    uri: Annotated[str, Field(pattern=r"^https?://[a-z0-9.-]+(/[A-Za-z0-9._/-]*)?$")]
    suite: str
    components: Annotated[tuple[str, ...], Field(min_length=1)]


Images = Annotated[Mapping[Name, Image], BeforeValidator(with_ids)]
Pools = Annotated[Mapping[Name, Pool], BeforeValidator(with_ids)]
Accounts = Annotated[Mapping[Name, Account], BeforeValidator(with_ids)]
