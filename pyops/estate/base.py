"""What all parts of the model share."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """A frozen piece of the estate that refuses unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Named(Part):
    """A part that stands in a map under its name; the reader fills in `id` from the key."""

    id: str = Field(default="", json_schema_extra={"readOnly": True})


def with_ids(value: Any) -> Any:
    """A map of parts in which each knows its own name; an `id` that somebody wrote stays, to be refused."""
    if not isinstance(value, dict):
        return value
    return {
        key: {"id": str(key), **part} if isinstance(part, dict) and "id" not in part else part
        for key, part in value.items()
    }
