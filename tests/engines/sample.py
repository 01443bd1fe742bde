"""A small real project in a folder of the test's own, run by the real engine against a stand-in of its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyops.emulator.store import Store
from pyops.engines import pulumi, stacks
from pyops.engines.pulumi import Listener, Project, Run
from tests.emulator.here import attached_here

# The first import is for its speed: no search for garbage in the SDK.
HEAD = """
import pyops.components
import pulumi
from pulumi_azure_native import azurestackhci, hybridcompute, resources, storage

def plain(args):
    options = pulumi.ResourceOptions.merge(args.opts, None)
    options.aliases = []
    return pulumi.ResourceTransformationResult(props=args.props, opts=options)

pulumi.runtime.register_stack_transformation(plain)
after = lambda *others: pulumi.ResourceOptions(depends_on=list(others))
G = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-banbury"
HCI = G + "/providers/Microsoft.AzureStackHCI"
group = resources.ResourceGroup("group", resource_group_name="rg-banbury", location="westeurope")

def network(name="servers", prefix="10.10.20.0/24", **more):
    return azurestackhci.LogicalNetwork(name, resource_group_name="rg-banbury", location="westeurope",
        logical_network_name="lnet-banbury-" + name, opts=after(group),
        subnets=[azurestackhci.SubnetArgs(name=name, address_prefix=prefix, vlan=20)], **more)

def interface(address, *needs, name="nic-one", **more):
    return azurestackhci.NetworkInterface(name, resource_group_name="rg-banbury", location="westeurope",
        network_interface_name=name, opts=after(*needs), **more, ip_configurations=[azurestackhci.IPConfigurationArgs(
            name="primary", properties=azurestackhci.IPConfigurationPropertiesArgs(private_ip_address=address,
                subnet=azurestackhci.LogicalNetworkArmReferenceArgs(id=f"{HCI}/logicalNetworks/lnet-banbury-servers")))])
"""


@dataclass
class Sample:
    """A project whose program a test writes."""

    folder: Path
    stack: str = "lab"

    @property
    def project(self) -> Project:
        own = self.folder / "own"
        return Project(
            folder=self.folder / "program",
            stack=self.stack,
            backend=own / "backend",
            home=own / "home",
            config_file=own / "stack.yaml",
            passphrase_file=own / "passphrase",
        )

    @property
    def store_file(self) -> Path:
        return self.folder / "azure.db"

    @property
    def store(self) -> Store:
        return Store(self.store_file)

    def write(self, program: str, settings: dict[str, str] | None = None) -> None:
        """Write the program (after the head that all have) and make its stack ready."""
        folder = self.project.folder
        folder.mkdir(exist_ok=True)
        (folder / "Pulumi.yaml").write_text("name: sample\nruntime: python\n")
        (folder / "__main__.py").write_text(HEAD + program)
        stacks.ready(self.project, settings)

    def run(
        self, verb: Callable[..., Run], listener: Listener | None = None, *, serves: str | None = "lab", **options: Any
    ) -> Run:
        """Run the engine with a stand-in that serves one stack."""
        with attached_here(self.store_file if serves else None, serves) as environment:
            return verb(replace(self.project, environment=environment), listener, **options)

    def up(self, program: str) -> Run:
        """Write a program and apply it."""
        self.write(program)
        return self.run(pulumi.up)


def summary(run: Run) -> list[tuple[str, str]]:
    """What a run changes: the engine's word and the resource's name."""
    return [(step.operation, step.name) for step in run.changes]
