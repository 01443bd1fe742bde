"""Claims about the planned state, each proved by looking at every case, or refuted by a counter-example.

A proof asks the model what the checks of the file do not: what is left when something is lost, whether copies survive
it, whether a patch window takes out more than the service can spare. Pure functions: nothing is asked of any host.
"""

from collections.abc import Callable

from pyops.estate.model import Estate
from pyops.estate.proofs.addresses import prove_addresses_in_place, prove_addresses_unique, prove_prefixes_apart
from pyops.estate.proofs.claims import Proof
from pyops.estate.proofs.cloud import prove_hubs_reached
from pyops.estate.proofs.copies import prove_copies, prove_hosts_backed_up, prove_rpo
from pyops.estate.proofs.links import prove_links
from pyops.estate.proofs.patching import prove_deadline, prove_mirrors_reached, prove_patch_days
from pyops.estate.proofs.placement import prove_placement
from pyops.estate.proofs.sign_on import prove_sign_on

__all__ = ["PROOFS", "Proof", "prove_estate"]

PROOFS: tuple[Callable[[Estate], Proof], ...] = (
    prove_placement,
    prove_links,
    prove_hubs_reached,
    prove_prefixes_apart,
    prove_addresses_in_place,
    prove_addresses_unique,
    prove_copies,
    prove_hosts_backed_up,
    prove_rpo,
    prove_patch_days,
    prove_deadline,
    prove_mirrors_reached,
    prove_sign_on,
)


def prove_estate(estate: Estate) -> tuple[Proof, ...]:
    """Every proof of an estate."""
    return tuple(prove(estate) for prove in PROOFS)
