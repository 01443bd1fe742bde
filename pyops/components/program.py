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
    estate = load(Path(config.get("estate") or INVENTORIES / pulumi.get_stack()))
    pulumi.runtime.register_stack_transformation(_Residency(estate))
    return estate


def _without_type_aliases(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
    """Drop aliases that hold a type and nothing else.

    Each azure-native class carries up to 60 of them, and each costs a chain of outputs per resource: six times the time
    of a preview. An engineer's own aliases name something else too, and stay.
    """
    kept = [alias for alias in args.opts.aliases or [] if not is_type_only(alias)]
    options = pulumi.ResourceOptions.merge(args.opts, None)
    options.aliases = kept
    return pulumi.ResourceTransformationResult(props=args.props, opts=options)


class _Residency:
    """Says once in a run, with the estate's own reason, that something is placed outside of the estate's regions."""

    def __init__(self, estate: Estate) -> None:
        self._regions = {*estate.azure.regions, "global"}
        self._exempt = {one.what: one for one in estate.exemptions if one.policy == "allowed_regions"}

    def __call__(self, args: pulumi.ResourceTransformationArgs) -> None:
        region = args.props.get("location")
        if not isinstance(region, str) or region in self._regions:
            return
        self._regions.add(region)
        if exemption := self._exempt.get(region):
            pulumi.info(
                f"{region}: outside of the estate's regions, exempt until {exemption.expires}: {exemption.reason}"
            )
        else:
            pulumi.warn(f"{region}: outside of the estate's regions, and no exemption says why")


def is_type_only(alias: pulumi.Input[str | pulumi.Alias]) -> bool:
    """Whether an alias says no more than an older API version of the same type."""
    if not isinstance(alias, pulumi.Alias):
        return False
    said: dict[str, Any] = {name: value for name, value in vars(alias).items() if value is not ...}
    return set(said) == {"type_"}
