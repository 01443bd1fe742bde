"""The engine's names of resources."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Urn:
    """The engine's name of a resource: `urn:pulumi:<stack>::<project>::<parent types$type>::<name>`."""

    text: str

    @property
    def stack(self) -> str:
        """The stack that the resource belongs to."""
        return self.text.split("::")[0].removeprefix("urn:pulumi:")

    @property
    def token(self) -> str:
        """The resource's own type."""
        return self.text.split("::")[2].rsplit("$", 1)[-1]

    @property
    def name(self) -> str:
        """The name that the program gave it."""
        return self.text.split("::", 3)[3]
