"""The estate: one typed model of sites, networks, servers, desks and systems, and the rules that it keeps."""

from pyops.estate.loading import ESTATE_FILE, load
from pyops.estate.model import Estate
from pyops.estate.problems import EstateRefused, Problem

__all__ = ["ESTATE_FILE", "Estate", "EstateRefused", "Problem", "load"]
