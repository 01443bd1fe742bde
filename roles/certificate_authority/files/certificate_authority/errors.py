"""Every error that a person is meant to read, as `<where>: <what was given>, <the rule it breaks>`."""


class Refused(Exception):  # noqa: N818 - named in words
    """What was asked for is not allowed, or cannot be done as things are."""
