"""One answer of a command: as a line or as JSON, and as outputs of a workflow's step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mlops_spec import words
from mlops_spec.cli.here import this_run
from mlops_spec.platforms.github.step import set_output

in_directory = click.option(
    "--directory", "-C", type=click.Path(path_type=Path), default=".", help="The repository.  [default: .]"
)
in_format = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


def say(answer: dict[str, Any], line: str, form: str, outputs: tuple[str, ...] = ()) -> None:
    """Prints `line`, or `answer` as JSON; `outputs` are the keys of it that later steps of a workflow get."""
    for name in outputs:
        set_output(this_run(), name, str(answer[name]))
    words.data(answer) if form == "json" else words.out(line)
