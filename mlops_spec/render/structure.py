"""Proof that values stayed values: a rendered file has exactly its template's structure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from yaml.constructor import SafeConstructor

from mlops_spec.document import safe_yaml
from mlops_spec.errors import Exit, Failure
from mlops_spec.render.output import Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import PurePosixPath


class Placeholders:
    """Writes a numbered placeholder for each value and remembers the value."""

    def __init__(self) -> None:
        self._values: dict[str, object] = {}

    def __call__(self, value: object) -> str:
        name = f"mlops-spec value {len(self._values)}"
        self._values[name] = value
        return f'"{name}"'

    def stand_for(self, drawn: yaml.ScalarNode, real: yaml.ScalarNode) -> bool:
        """Whether a scalar of the file is what one of the file with placeholders says."""
        if drawn.value not in self._values:
            return (real.tag, real.value) == (drawn.tag, drawn.value)
        value, expected = _value(real), self._values[drawn.value]
        if isinstance(expected, Secret):
            expected = expected.expression
        return value == expected and type(value) is type(expected)


def check_structure(path: PurePosixPath, text: str, draw: Callable[[Placeholders], str]) -> None:
    """Compares a rendered text with the one that `draw` makes of the same template with placeholders."""
    placeholders = Placeholders()
    drawn = draw(placeholders)
    if not _same(_compose(text), _compose(drawn), placeholders):
        raise Failure(f"{path}: a value changed the structure of the file", exit_code=Exit.BUG)


def _compose(text: str) -> yaml.Node | None:
    return yaml.compose(text, Loader=safe_yaml.LOADER)


def _same(real: yaml.Node | None, drawn: yaml.Node | None, placeholders: Placeholders) -> bool:
    if isinstance(real, yaml.ScalarNode) and isinstance(drawn, yaml.ScalarNode):
        return placeholders.stand_for(drawn, real)
    if isinstance(real, yaml.SequenceNode) and isinstance(drawn, yaml.SequenceNode):
        children = list(real.value), list(drawn.value)
    elif isinstance(real, yaml.MappingNode) and isinstance(drawn, yaml.MappingNode):
        children = [each for pair in real.value for each in pair], [each for pair in drawn.value for each in pair]
    else:
        return real is None and drawn is None
    return len(children[0]) == len(children[1]) and all(
        _same(one, other, placeholders) for one, other in zip(*children, strict=True)
    )


def _value(node: yaml.ScalarNode) -> object:
    return SafeConstructor().construct_object(node)
