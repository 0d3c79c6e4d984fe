"""`kvitto`: the office from the command line. Each noun has a file of its own."""

from __future__ import annotations

import gettext
import importlib
import os
from collections.abc import Sequence

import click

from kvitto import __version__
from kvitto.cli.office import wanted_language
from kvitto.language import CATALOGUES, DOMAIN, Language, speaking, translated

# command → module of this room that defines it under the same name
_COMMANDS = {
    "access": "access",
    "agreements": "agreements",
    "audit": "audit",
    "backup": "backup",
    "charges": "charges",
    "credits": "credits",
    "demo": "demo",
    "estimates": "estimates",
    "init": "init",
    "invoices": "invoices",
    "payments": "payments",
    "people": "people",
    "period": "period",
    "prices": "prices",
    "restore": "backup",
    "retention": "retention",
    "serve": "serve",
    "statement": "statement",
    "store": "store",
    "usage": "usage",
    "why": "why",
    "work": "work",
}


class _Nouns(click.Group):
    """Loads a command's module only when it is called, so that `kvitto --help` is quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"kvitto.cli.{_COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=_Nouns, name="kvitto", context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="kvitto")
def kvitto() -> None:
    """Usage in, rated charges, invoices, and a copy of the bill for every customer."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command in the caller's language."""
    with speaking(wanted_language()) as language:
        _let_click_speak(language)
        _say_version_option(kvitto)
        kvitto.help = translated("Usage in, rated charges, invoices, and a copy of the bill for every customer.")
        kvitto.main(arguments)


def _say_version_option(command: click.Command) -> None:
    # click reads this one sentence when the module is imported, before the language is known.
    for option in command.params:
        if option.name == "version" and isinstance(option, click.Option):
            option.help = gettext.gettext("Show the version and exit.")


def _let_click_speak(language: Language) -> None:
    # The sentences of click itself ("No such option") stand in our catalogues; it asks Python's gettext for them.
    os.environ["LANGUAGE"] = language.locale_name.removesuffix("_TW")
    gettext.bindtextdomain(DOMAIN, CATALOGUES)
    gettext.textdomain(DOMAIN)
