"""The command `new`."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import click
from rich.prompt import Prompt

from mlops_spec import words
from mlops_spec.start.new.create import create
from mlops_spec.start.new.questions import Given, choose, take_default
from mlops_spec.start.new.starter import starters
from mlops_spec.start.new.summary import as_data, as_text
from mlops_spec.words.terminal import Terminal, terminal


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
    """Make a repository that trains, gates, deploys and monitors as it stands.

    On a terminal it asks for what no option says.

    \b
    Example:
      mlops-spec new credit-default --owner @acme/credit \\
        --storage s3://bucket/credit-default --account 123456789012 --region eu-central-1
    """
    talk = terminal(stderr=True)
    asked = not defaults and sys.stdin.isatty() and talk.is_terminal
    choices = choose(Given(**given), partial(_ask, talk) if asked else take_default)  # type: ignore[arg-type]
    with talk.status("") as status:
        created = create(choices, say=lambda step: status.update(f"{step} …"))
    words.data(as_data(created), indent=2) if form == "json" else words.out(as_text(created))
    return 0


def _ask(talk: Terminal, question: str, default: str, choices: tuple[str, ...] = ()) -> str:
    try:
        return Prompt.ask(question, console=talk, default=default, choices=list(choices) or None)
    except EOFError as closed:
        raise click.Abort from closed
