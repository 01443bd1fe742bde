"""The page of a change: for a board as one HTML file, for a merge request as Markdown, and the index of all."""

from pyops.changes.page.writing import html, index, markdown

__all__ = ["html", "index", "markdown"]
