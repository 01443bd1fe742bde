"""What the three programs share: finding the estate of a stack, and registering resources fast."""

from pathlib import Path
from typing import Any

import pulumi

from pyops.estate import Estate, load

INVENTORIES = Path(__file__).parents[2] / "inventories"


def declare() -> Estate:
    """The estate that this stack is for; called first in every program.

    A stack is named after its inventory; the setting `estate` names another file. The setting `keep-type-aliases` keeps
    the aliases that azure-native classes carry for their API versions, for the one update to another SDK.
    """
    config = pulumi.Config("pyops")
    if not config.get_bool("keep-type-aliases"):
        pulumi.runtime.register_stack_transformation(_without_type_aliases)
    return load(Path(config.get("estate") or INVENTORIES / pulumi.get_stack()))


def _without_type_aliases(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
    """Drop aliases that hold a type and nothing else.

    Each azure-native class carries up to 60 of them, and each costs a chain of outputs per resource: six times the time
    of a preview. An engineer's own aliases name something else too, and stay.
    """
    kept = [alias for alias in args.opts.aliases or [] if not is_type_only(alias)]
    options = pulumi.ResourceOptions.merge(args.opts, None)
    options.aliases = kept
    return pulumi.ResourceTransformationResult(props=args.props, opts=options)


def is_type_only(alias: pulumi.Input[str | pulumi.Alias]) -> bool:
    """Whether an alias says no more than an older API version of the same type."""
    if not isinstance(alias, pulumi.Alias):
        return False
    said: dict[str, Any] = {name: value for name, value in vars(alias).items() if value is not ...}
    return set(said) == {"type_"}
