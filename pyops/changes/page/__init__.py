"""The page of a change: for a board as one HTML file, for a merge request as Markdown, and the index of all."""

from pyops.changes.page.views import Approved, Outcome, Rate, Row
from pyops.changes.page.writing import html, index, markdown

__all__ = ["Approved", "Outcome", "Rate", "Row", "html", "index", "markdown"]
