"""The command `new`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.prompt import Prompt

from mlops_spec import words
from mlops_spec.start.new.add_model import add_model
from mlops_spec.start.new.create import create
from mlops_spec.start.new.questions import Given, choose, choose_further, take_default
from mlops_spec.start.new.spot import spot_for
from mlops_spec.start.new.starter import starters
from mlops_spec.start.new.summary import added_data, added_text, as_data, as_text
from mlops_spec.words.terminal import Terminal, terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.start.new.choices import Choices
    from mlops_spec.start.new.spot import Spot


@click.command("new")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--starter", type=click.Choice(starters()), help="What to begin with.  [default: the first]")
@click.option("--name", help="The model's name.  [default: the folder's]")
@click.option("--owner", "owners", multiple=True, metavar="@USER|@ORG/TEAM", help="Who answers for it; repeatable.")
@click.option(
    "--storage",
    "--remote",
    "remote",
    metavar="URL|DIR",
    help="Where DVC keeps the data; an address is written into the spec.  [default: DIRECTORY-storage]",
)
@click.option("--account", metavar="DIGITS", help="The AWS account whose roles jobs take, for an s3:// address.")
@click.option("--region", help="The bucket's region.")
@click.option("--branch", help="The default branch.  [default: what Git calls a first branch, else main]")
@click.option("--defaults", is_flag=True, help="Ask nothing; what no option says is the default.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def new_command(*, defaults: bool, form: str, **given: object) -> int:
    """Make a repository that trains, gates, deploys and monitors as it stands, or add a model to this one.

    On a terminal it asks for what no option says. In a repository a bare name goes below models/; nothing is committed.

    \b
    Example:
      mlops-spec new credit-default --owner @acme/credit \\
        --storage s3://bucket/credit-default --account 123456789012 --region eu-central-1
      mlops-spec new churn --starter blank
    """
    talk = terminal(stderr=True)
    asked = not defaults and sys.stdin.isatty() and talk.is_terminal
    wanted, ask = Given(**given), partial(_ask, talk) if asked else take_default  # type: ignore[arg-type]
    spot = spot_for(wanted.directory)
    choices = choose_further(wanted, spot, ask) if spot else choose(wanted, ask)
    with talk.status("") as status:
        text, data = _made(spot, choices, say=lambda step: status.update(f"{step} …"))
    words.data(data, indent=2) if form == "json" else words.out(text)
    return 0


def _made(spot: Spot | None, choices: Choices, *, say: Callable[[str], None]) -> tuple[str, dict[str, object]]:
    if spot is None:
        created = create(choices, say=say)
        return as_text(created), as_data(created)
    added = add_model(spot, choices, say=say)
    return added_text(added), added_data(added)


def _ask(talk: Terminal, question: str, default: str, choices: tuple[str, ...] = ()) -> str:
    try:
        return Prompt.ask(question, console=talk, default=default, choices=list(choices) or None)
    except EOFError as closed:
        raise click.Abort from closed
