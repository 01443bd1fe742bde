"""What an edit of the estate changes, in words of service, site and partner."""

from pyops.estate.difference.compare import difference
from pyops.estate.difference.telling import Change

__all__ = ["Change", "difference"]
