"""What is allowed for a while: that it is about something of this estate, and that its time has not run out."""

from collections.abc import Iterator
from datetime import date

from pyops.estate.model import Estate
from pyops.estate.problems import Finding, unknown


def check_permissions(estate: Estate, today: date) -> Iterator[Finding]:
    """Exemptions and retirements that have expired; exemptions given twice; retirements of what is not there."""
    seen: dict[tuple[str, str], int] = {}
    for number, exemption in enumerate(estate.exemptions):
        first = seen.setdefault((exemption.policy, exemption.what), number)
        if first != number:
            rule = f"is exempt from {exemption.policy} already by exemptions[{first}]"
            yield Finding(("exemptions", number, "what"), exemption.what, rule)
        if exemption.expires < today:
            rule = f"the exemption has expired (today is {today}): renew it with a reason or end it"
            yield Finding(("exemptions", number, "expires"), exemption.expires, rule)
    known = {*estate.sites, *estate.pools, *(server.name for server in estate.servers), *estate.backups.policies}
    for retirement in estate.retirements.values():
        at = ("retirements", retirement.id)
        yield from unknown("site, pool, server or backup policy", at, retirement.id, known)
        if retirement.by < today:
            rule = f"this day has passed (today is {today}): remove {retirement.id} from the estate, or set another day"
            yield Finding((*at, "by"), retirement.by, rule)
