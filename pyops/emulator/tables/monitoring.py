"""Known types of monitoring that all stacks share: whom alerts call, and the private way to the logs."""

from pyops.emulator.kinds import Kind, in_group

_SCOPE = "Microsoft.Insights/privateLinkScopes/{scopeName}"

KINDS = (
    Kind(
        "azure-native:monitor:ActionGroup",
        in_group("Microsoft.Insights/actionGroups/{actionGroupName}"),
        located=True,
        note="nobody is called; whether Azure finds people who hold a role through a group is not established "
        "(its documentation has said both)",
    ),
    Kind(
        "azure-native:monitor:PrivateLinkScope",
        in_group(_SCOPE),
        located=True,
        note="what is in the scope stays reachable without it: there is nothing to reach here",
    ),
    Kind(
        "azure-native:monitor:PrivateLinkScopedResource",
        in_group(f"{_SCOPE}/scopedResources/{{name}}"),
        replaces=("linkedResourceId",),
        needs=("linkedResourceId",),
        note="that what it links replaces it is believed, not confirmed",
    ),
)
