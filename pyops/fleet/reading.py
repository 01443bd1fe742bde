"""The fleet read: every target ends as an Observation or as a Silence, in the order in which they come."""

from collections.abc import Callable, Generator, Sequence

from pyops.fleet.answer import Answer, UnreadableError
from pyops.fleet.crew import ask_all
from pyops.fleet.facts import Facts
from pyops.fleet.interpreting import facts_of
from pyops.fleet.observation import Observation, Reason, Silence
from pyops.fleet.packages import Packages
from pyops.fleet.sharding import ask_in_processes
from pyops.fleet.target import Settings, Target

Ask = Callable[[Sequence[Target], Settings], Generator[Answer | Silence]]
"""Asks every target once. Targets, settings, answers and silences can be pickled: it may happen on other machines."""

Before = Callable[[str], Facts | None]
"""The facts of a host at its last observation."""


def read(
    targets: Sequence[Target],
    settings: Settings,
    before: Before = lambda _host: None,
    ask: Ask | None = None,
) -> Generator[Observation | Silence]:
    """Read every target; raises Refused where our own key or the hosts' keys cannot be read.

    A target with `known_status` whose packages are the same as then does not list them: `before` tells them.
    Whoever stops listening stops the read; what came until then is theirs.
    """
    packages = Packages()
    answers = (ask or asker(settings))(targets, settings)
    for result in answers:
        yield result if isinstance(result, Silence) else _interpreted(result, packages, before)


def asker(settings: Settings) -> Ask:
    """What asks from here: this process, or several."""
    return ask_in_processes if settings.processes > 1 else ask_all


def _interpreted(answer: Answer, packages: Packages, before: Before) -> Observation | Silence:
    target = answer.target
    previous = before(target.host) if target.known_status else None
    try:
        return Observation(target.host, answer.heard_at, facts_of(answer, packages, previous))
    except UnreadableError as error:
        return Silence(target.host, answer.heard_at, Reason.UNREADABLE_ANSWER, str(error))
