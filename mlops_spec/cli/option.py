"""Options whose text is more than click knows: a time, a size."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Callable

_Number = TypeVar("_Number", int, float)


def parsed(text: str, parse: Callable[[str], _Number], option: str, example: str) -> _Number:
    """The option's value; raises Failure (2), which shows `example`, where the text is none."""
    try:
        return parse(text)
    except (KeyError, ValueError) as error:
        raise Failure(f"{option} {text!r} can't be read", exit_code=Exit.USAGE, remedy=f"Write {example}.") from error
