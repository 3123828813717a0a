"""The settings that tune the user's code: the parameters of the training, and the options of the commands."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.regex import regex
from mlops_spec.spec.stages import commands, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.document.diagnostic import Address
    from mlops_spec.spec import Spec


#: The names of settings that say on which device is trained.
DEVICES = regex(r"device(_type|_name)?|accelerator|tree_method|torch_device|compute_device")


class Setting(NamedTuple):
    """A value by its name in lower case with `_`; `piece` is the option's word, where it stands in a command."""

    place: Address
    name: str
    value: object
    piece: str = ""


def settings(spec: Spec) -> Iterator[Setting]:
    """Every parameter, in groups too, and every option of a command."""
    yield from _parameters(("train", "params"), spec.train.params)
    for place, command in commands(spec):
        yield from _options(place, words(command))


def number(value: object) -> float | None:
    """A value as a number; None where it is none.

    >>> number("0.5"), number(True), number("a")
    (0.5, None, None)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def _parameters(place: Address, params: Mapping[str, object]) -> Iterator[Setting]:
    for name, value in params.items():
        if isinstance(value, dict):
            yield from _parameters((*place, name), value)
        else:
            yield Setting((*place, name), name.lower().replace("-", "_"), value)


def _options(place: Address, said: tuple[str, ...]) -> Iterator[Setting]:
    for word, following in zip(said, (*said[1:], "--"), strict=True):
        if word.startswith("--"):
            name, has, value = word[2:].partition("=")
            given: object = value if has else True if following.startswith("-") else following
            yield Setting(place, name.replace("-", "_").lower(), given, word)
