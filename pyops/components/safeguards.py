"""What keeps a resource from vanishing: the engine's protection of what holds data, and Azure's own locks."""

import pulumi
from pulumi_azure_native import authorization

from pyops.estate import Estate


def is_protected(estate: Estate, *names: str) -> bool:
    """Whether the engine refuses to remove or replace a thing that holds data, until the estate retires it.

    `names` are the thing's own and those of what it belongs to: a server, its pool, its site.
    """
    return not estate.retires(*names)


def lock(parent: pulumi.Resource, name: str, scope: str, reason: str, *after: pulumi.Resource) -> None:
    """Azure refuses to delete what is in `scope` (a resource's id) until the lock is gone; who reads it finds why.

    `after` are the resource and everything below it that may ever be removed: the lock goes before them.
    """
    authorization.ManagementLockByScope(
        f"lock-{name}",
        lock_name=f"lock-{name}",
        scope=scope.lstrip("/"),
        level="CanNotDelete",
        notes=reason,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=list(after)),
    )
