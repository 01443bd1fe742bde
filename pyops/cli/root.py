"""The root of the command tree: it knows all nouns by their help lines and imports a noun's module when it is named."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from pyops.cli.context import Inventory
from pyops.cli.start import NOUNS

_HELP = """One ICT service over three datacentres, as code.

\b
  pyops estate check                               is the lab's estate in order?
  pyops -i inventories/production estate show      what is there in production?
  pyops estate check -h                            what else can a verb do?

\b
Exit codes: 0 done or in order          3  a host, an engine or a tool failed
            1 refused or found wanting  70 a bug, with its traceback
            2 wrong usage
"""


class Nouns(TyperGroup):
    """The nouns as a table of help lines; a command is made from a noun's module only when it runs."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.commands = {noun.name: TyperCommand(noun.name, help=noun.help) for noun in NOUNS}

    def resolve_command(self, context: Any, args: list[str]) -> Any:
        """The noun's own commands, singular or plural as it was said."""
        names = {noun.other: noun.name for noun in NOUNS}
        name, found, rest = super().resolve_command(context, [names.get(args[0], args[0]), *args[1:]])
        if name is None or found is None:
            return name, found, rest
        made = get_group(import_module(f"pyops.cli.{name}").app)
        made.name = name
        return name, made, rest


def _root(inventory: Inventory = None) -> None:
    """Take the `-i` that stands before the noun; the verb asks for it."""


def command() -> Any:
    """The whole command tree."""
    app = typer.Typer(
        cls=Nouns,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings=HELP_OPTIONS,
    )
    app.callback(help=_HELP)(_root)
    return get_command(app)


HELP_OPTIONS = {"help_option_names": ["-h", "--help"]}
