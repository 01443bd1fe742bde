"""What only Azure can mint goes from a stack's outputs into a file beside the estate, to be reviewed like any edit."""

import json
from datetime import date

from pyops.engines import pulumi
from pyops.engines.pulumi import Project
from pyops.errors import Refused
from pyops.estate import Estate
from pyops.estate.checks.gateways import check_gateways
from pyops.estate.difference import Change, difference
from pyops.estate.gateways import gateways_text, parsed_gateways
from pyops.estate.problems import dotted, given
from pyops.files import FOR_ALL, write_whole


def record_gateways(estate: Estate, network: Project) -> list[Change]:
    """Write the addresses of the hubs' gateways as the network stack knows them; returns what is new in them.

    The file stays as it is where nothing is new. Raises Refused while the stack does not know all of them, or where
    the estate's own rules refuse one.
    """
    if estate.azure.gateways_file is None:
        raise Refused(f"{estate.file}: azure.gateways: is missing, it names the file that addresses are recorded in")
    recorded = _with_outputs(estate, network)
    changes = difference(estate, recorded)
    if changes:
        write_whole(estate.file.parent / estate.azure.gateways_file, gateways_text(recorded.azure.gateways), FOR_ALL)
    return changes


def _with_outputs(estate: Estate, network: Project) -> Estate:
    """The estate as it will be once the outputs are recorded."""
    output = json.loads(pulumi.called(network, "stack", "output", "--json", "--stack", network.stack)).get("gateways")
    if not output:
        raise Refused(f"{network.label}: output gateways: is missing, the network must be applied first")
    found = parsed_gateways(output, f"{network.label}: output gateways")
    gateways = {region: tuple(sorted(ends, key=lambda end: end.peering)) for region, ends in found.items()}
    recorded = estate.model_copy(update={"azure": estate.azure.model_copy(update={"gateways": gateways})})
    problems = [
        f"{network.label}: output {dotted(wrong.at[1:])}: {given(wrong)}, {wrong.rule}"
        for wrong in check_gateways(recorded, date.max)
    ]
    if problems:
        raise Refused("\n".join(problems))
    return recorded
