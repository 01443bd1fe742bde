"""Checks a resource's inputs against the SDK's types: every problem at once, each with its property path.

Stricter than the real provider, which lets unknown properties and misspelt enum values pass in silence: what passes
here and is refused by Azure would be found only on the day of the change.
"""

from difflib import get_close_matches
from typing import Any

from pyops.emulator.schema import Anything, Flag, ListOf, MapOf, Number, Object, OneOf, Shape, Text
from pyops.emulator.values import UNKNOWN, Secret


def problems(value: Any, expected: Shape, path: str = "") -> list[str]:
    """What is wrong with a value, as `<path>: <what was given>, <the rule>`; empty when nothing is."""
    if value is UNKNOWN or isinstance(expected, Anything):
        return []
    if isinstance(value, Secret):
        return _hidden(problems(value.value, expected, path), expected, path)
    if isinstance(expected, Object):
        return _object_problems(value, expected, path)
    if isinstance(expected, ListOf):
        return _list_problems(value, expected, path)
    if isinstance(expected, MapOf):
        return _map_problems(value, expected, path)
    if isinstance(expected, OneOf):
        return _alternative_problems(value, expected, path)
    return _scalar_problems(value, expected, path)


def _hidden(found: list[str], expected: Shape, path: str) -> list[str]:
    """A secret's own value must not show in an error."""
    return [f"{path}: a secret whose value does not fit, must be {described(expected)}"] if found else []


def _object_problems(value: Any, expected: Object, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [_wrong(value, expected, path)]
    found = [_unknown_name(name, expected, path) for name in value if name not in expected.fields]
    for name, field in expected.fields.items():
        if name in value:
            found += problems(value[name], field.shape, _below(path, name))
        elif field.required:
            found.append(
                f"{_below(path, name)}: not given, {_article(expected.name)} needs it ({described(field.shape)})"
            )
    return found


def _alternative_problems(value: Any, expected: OneOf, path: str) -> list[str]:
    """Judges by the alternative that the value says it is, else by the one that it comes nearest to."""
    constants = [(member, member.constants) for member in expected.members if isinstance(member, Object)]
    tellers = {name for _, own in constants for name in own}
    given = {name: value[name] for name in tellers if isinstance(value, dict) and isinstance(value.get(name), str)}
    fitting = [member for member, own in constants if all(own.get(name) == said for name, said in given.items())]
    if given and constants and not fitting:
        name, said = next(iter(given.items()))
        return _scalar_problems(said, Text(tuple(own[name] for _, own in constants if name in own)), _below(path, name))
    members = fitting if given else expected.members
    return min((problems(value, member, path) for member in members), key=len)


def _unknown_name(name: str, expected: Object, path: str) -> str:
    near = get_close_matches(name, expected.fields, n=1, cutoff=0.6)
    return f"{_below(path, name)}: {_article(expected.name)} has no such property" + (
        f"; did you mean {near[0]}?" if near else ""
    )


def _list_problems(value: Any, expected: ListOf, path: str) -> list[str]:
    if not isinstance(value, list):
        return [_wrong(value, expected, path)]
    return [problem for i, item in enumerate(value) for problem in problems(item, expected.item, f"{path}[{i}]")]


def _map_problems(value: Any, expected: MapOf, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [_wrong(value, expected, path)]
    return [problem for key, item in value.items() for problem in problems(item, expected.item, _below(path, key))]


def _scalar_problems(value: Any, expected: Text | Number | Flag, path: str) -> list[str]:
    if not _fits(value, expected):
        return [_wrong(value, expected, path)]
    if (
        isinstance(expected, Text)
        and expected.choices
        and value.lower() not in {choice.lower() for choice in expected.choices}
    ):
        near = get_close_matches(value, expected.choices, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return [f"{path}: {value!r}, must be {described(expected)}{hint}"]
    return []


def _fits(value: Any, expected: Text | Number | Flag) -> bool:
    if isinstance(expected, Text):
        return isinstance(value, str)
    if isinstance(expected, Flag):
        return isinstance(value, bool)
    return isinstance(value, int if expected.whole else (int, float)) and not isinstance(value, bool)


def _wrong(value: Any, expected: Shape, path: str) -> str:
    return f"{path}: {_given(value)}, must be {described(expected)}"


def _given(value: Any) -> str:
    if isinstance(value, dict):
        return "a set of properties"
    if isinstance(value, list):
        return "a list"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def described(expected: Shape) -> str:
    """A shape in words."""
    match expected:
        case Text(choices=()):
            return "a text"
        case Text(choices=choices):
            return (
                "one of " + ", ".join(choices)
                if len(choices) <= 12
                else f"one of {len(choices)} names ({choices[0]}, ...)"
            )
        case Number(whole=whole):
            return "a whole number" if whole else "a number"
        case Flag():
            return "true or false"
        case ListOf(item=item):
            return f"a list, each item {described(item)}"
        case MapOf(item=item):
            return f"a map, each value {described(item)}"
        case OneOf(members=members):
            return " or ".join(described(member) for member in members)
        case Object(name=name):
            return _article(name)
    return "anything"


def _article(name: str) -> str:
    return f"an {name}" if name[:1] in "AEIOU" else f"a {name}"


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
