"""Diagnostic settings.

Sources: Microsoft's documentation (two settings of a resource may not send one category to one place; here one setting
a resource and workspace), the azurerm provider (a setting called `service` cannot be deleted).
"""

from collections.abc import Iterator

from pyops.emulator.identity import key
from pyops.emulator.rules.rule import Label, Rule, Rules
from pyops.emulator.values import Properties, at


def _name_problems(inputs: Properties) -> Iterator[str]:
    if str(inputs.get("name", "")).lower() == "service":
        yield "name: 'service', a setting of this name cannot be deleted"


def _one_workspace(_: str, inputs: Properties) -> Iterator[Label]:
    for resource in at(inputs, "resourceUri"):
        for workspace in at(inputs, "workspaceId"):
            yield Label(f"logs of {key(resource)} to {key(workspace)}", "sending this resource's logs to its workspace")


RULES: Rules = {
    "azure-native:monitor:DiagnosticSetting": (
        Rule("the name service", alone=_name_problems),
        Rule("a second setting for one resource and workspace", labels=_one_workspace),
    ),
}
