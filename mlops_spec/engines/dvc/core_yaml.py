"""YAML as DVC reads it: the core schema of version 1.2, no key twice. PyYAML's own is 1.1, in which `1:30` is 90."""

from __future__ import annotations

from typing import Any

import yaml

from mlops_spec.document.safe_yaml import LOADER
from mlops_spec.regex import regex


class _Core(LOADER):  # type: ignore[misc]
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - as the class that it changes has it


def load(content: bytes) -> Any:
    """The one document of a text; raises `yaml.YAMLError` or ValueError for what is none, or says a key twice."""
    return yaml.load(content, _Core)  # noqa: S506 - it is one of the safe loaders


def _mapping(loader: Any, node: Any, deep: bool = False) -> dict[Any, Any]:
    found = yaml.constructor.BaseConstructor.construct_mapping(loader, node, deep)
    if len(found) < len(node.value):
        raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
    return found


def _int(_: Any, node: Any) -> int:
    text = node.value
    return int(text, 0) if text.startswith(("0b", "0o", "0x")) else int(text)


def _float(_: Any, node: Any) -> float:
    return float(node.value.lower().replace(".inf", "inf").replace(".nan", "nan"))


_INT, _FLOAT, _MAP = (f"tag:yaml.org,2002:{name}" for name in ("int", "float", "map"))
for tag, pattern, first in (
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", [*"~nN", ""]),
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", [*"tTfF"]),
    (_INT, r"[-+]?[0-9]+|0b[01]+|0o[0-7]+|0x[0-9a-fA-F]+", [*"-+0123456789"]),
    (
        _FLOAT,
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        [*"-+.0123456789"],
    ),
):
    _Core.add_implicit_resolver(tag, regex(rf"(?:{pattern})\Z"), first)
_Core.add_constructor(_INT, _int)
_Core.add_constructor(_FLOAT, _float)
_Core.construct_mapping = _mapping
