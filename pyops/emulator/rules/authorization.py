"""Locks and role assignments themselves; what locks refuse of others is in `pyops.emulator.locks`.

Source: Azure's REST specification (notes of at most 512 characters; the error RoleAssignmentExists).
"""

from collections.abc import Iterator

from pyops.emulator.identity import key
from pyops.emulator.rules.rule import Label, Rule, Rules
from pyops.emulator.values import Properties, at

_LONGEST_NOTE = 512


def _note_problems(inputs: Properties) -> Iterator[str]:
    notes = inputs.get("notes")
    if isinstance(notes, str) and len(notes) > _LONGEST_NOTE:
        yield f"notes: {len(notes)} characters, {_LONGEST_NOTE} are the most"


def _one_assignment(_: str, inputs: Properties) -> Iterator[Label]:
    scope, role, principal = (at(inputs, name) for name in ("scope", "roleDefinitionId", "principalId"))
    if scope and role and principal:
        short = str(role[0]).rsplit("/", 1)[-1]
        text = f"role {short.lower()} of {str(principal[0]).lower()} in {key(scope[0])}"
        yield Label(text, f"the role {short} of {principal[0]} in this scope")


RULES: Rules = {
    "azure-native:authorization:ManagementLockByScope": (Rule("notes beyond 512 characters", alone=_note_problems),),
    "azure-native:authorization:RoleAssignment": (
        Rule("a role that the principal has in this scope already", labels=_one_assignment),
    ),
}
