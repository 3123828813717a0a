"""Options of several commands, and those whose text is more than click knows: a time, a size."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import click

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.matrix import MODELS, VARIABLE

if TYPE_CHECKING:
    from collections.abc import Callable

_Number = TypeVar("_Number", int, float)


in_models = click.option(
    "--model",
    "names",
    multiple=True,
    metavar="NAME",
    envvar=MODELS,
    help=f"Only this model of the repository; may be given again.  [env: {MODELS}, with spaces between]",
)
in_matrix = click.option("--matrix", envvar=VARIABLE, help=f"The matrix of a plan of many models.  [env: {VARIABLE}]")


def parsed(text: str, parse: Callable[[str], _Number], option: str, example: str) -> _Number:
    """The option's value; raises Failure (2), which shows `example`, where the text is none."""
    try:
        return parse(text)
    except (KeyError, ValueError) as error:
        raise Failure(f"{option} {text!r} can't be read", exit_code=Exit.USAGE, remedy=f"Write {example}.") from error
