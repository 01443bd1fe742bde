"""Servers and what they are made of: images, pools, accounts, packages."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from pyops.estate.base import Named, Part, with_ids
from pyops.estate.texts import AptWord, DebianPackage, HostWord, Name, Uri
from pyops.estate.values import SizeMiB, Whole, YesNo


class Image(Named):
    """A gold build: a Debian release and the packages that every server of this kind begins with."""

    release: Name
    packages: tuple[DebianPackage, ...] = ()


class Pool(Named):
    """Identical servers, named `<site>-<pool>-<nn>`, with addresses from `prefix[first]` on."""

    image: Name
    zone: Name
    count: Mapping[Name, Annotated[Whole, Field(ge=0, le=99)]]
    gateway: YesNo = False
    """Whether its one server a site is the site's router: it holds every zone's gateway address and the circuits."""
    first: Annotated[Whole, Field(ge=2)] | None = None
    target: Annotated[Whole, Field(ge=0)]
    """How many servers must be left for the service to hold its promise."""
    ring: Name
    cpu: Annotated[Whole, Field(ge=1, le=64)]
    memory: SizeMiB
    disk: SizeMiB | None = None
    """A data disk beside the system's own, in MiB."""
    backup: Name | None = None
    """The backup policy of its servers; without one, an exemption must say why."""


class Account(Named):
    """A local account on every host, for automation and for the day on which the directory is gone."""

    administrator: YesNo = False


class Packages(Part):
    """Where hosts take their packages from."""

    uri: Uri
    suite: AptWord
    components: Annotated[tuple[AptWord, ...], Field(min_length=1)]


Images = Annotated[Mapping[Name, Image], BeforeValidator(with_ids)]
Pools = Annotated[Mapping[HostWord, Pool], BeforeValidator(with_ids)]
Accounts = Annotated[Mapping[Name, Account], BeforeValidator(with_ids)]
