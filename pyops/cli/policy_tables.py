"""Texts of `pyops policies`."""

from collections.abc import Iterable, Sequence

from rich.text import Text

from pyops.cli.output import BAD, GOOD, QUIET, show
from pyops.estate.difference.telling import counted, few
from pyops.policies import Policy, Verdict
from pyops.policies.verdict import Found

ONE_BY_ONE = 20
"""So many breaches of a policy are told one by one, of more the first; `--json` has all."""


def show_policies(policies: Iterable[Policy]) -> None:
    """A paragraph a policy."""
    lines: list[Text] = []
    for policy in policies:
        lines += [
            Text.assemble((policy.id, "bold"), f": {policy.title}"),
            Text(f"  {policy.reason}"),
            *(Text(f"  {source}", style=QUIET) for source in policy.sources),
        ]
    show(*lines)


def show_verdict(verdict: Verdict) -> None:
    """What fails, policy by policy; then what is excused, by exemption; then exemptions of no use; then the count."""
    lines: list[Text] = []
    for policy in verdict.policies:
        broken = [one for one in verdict.broken if one.policy is policy]
        if broken:
            lines += _broken(policy, broken)
    lines += _excused(verdict.excused)
    for one in verdict.wanting:
        lines += [Text(f"exemption: {one.says}", style=BAD), Text(f"      {one.place}", style=QUIET)]
    show(*lines, _summary(verdict))


def _broken(policy: Policy, broken: Sequence[Found]) -> list[Text]:
    lines = [Text.assemble((policy.id, BAD), f": {policy.title}"), Text(f"  why: {policy.reason}")]
    lines += [Text(f"  source: {source}", style=QUIET) for source in policy.sources]
    for one in broken[:ONE_BY_ONE]:
        lines += [Text(f"    {_said(one)}"), Text(f"      {one.place}", style=QUIET)]
    if len(broken) > ONE_BY_ONE:
        lines.append(Text(f"    and {len(broken) - ONE_BY_ONE:,} more"))
    return lines


def _said(one: Found) -> str:
    return f"{one.what}: {one.breach.says}" if one.what else one.breach.says


def _excused(found: Sequence[Found]) -> list[Text]:
    lines: list[Text] = []
    for exemption in dict.fromkeys(one.exemption for one in found if one.exemption):
        names = [one.what or one.breach.says for one in found if one.exemption == exemption]
        lines += [
            Text(f"{exemption.policy}: excused for {exemption.what} until {exemption.expires}: {exemption.reason}"),
            Text(f"    {counted(len(names), 'resource')}: {few(names)}", style=QUIET),
        ]
    return lines


def _summary(verdict: Verdict) -> Text:
    looked_at = f"{counted(len(verdict.policies), 'policy')}, {counted(verdict.resources, 'resource')}: "
    if verdict.in_order:
        return Text.assemble(looked_at, ("in order", GOOD), f", {len(verdict.excused):,} excused")
    policies = counted(len({one.policy.id for one in verdict.broken}), "policy")
    broken = f"{policies} broken by {len(verdict.broken):,}" if verdict.broken else "nothing broken"
    wanting = f", {counted(len(verdict.wanting), 'exemption')} of no use" if verdict.wanting else ""
    return Text.assemble(looked_at, (f"{broken}{wanting}", BAD))
