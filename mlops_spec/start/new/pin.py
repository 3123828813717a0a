"""Edits of `pyproject.toml` that pin mlops-spec to one version and one source."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Mapping

_REQUIREMENT = regex(
    r"""(?P<quote>["'])mlops[-_.]spec(?P<extras>\s*\[[^\]"']*\])?(?P<version>\s*(?:[<>=!~@(][^;"']*)?)(?P<rest>;[^"']*)?(?P=quote)"""
)
_SOURCES = "[tool.uv.sources]"
_OWN_TABLE = regex(r"\n*^\[tool\.uv\.sources\.mlops-spec\]\n(?:(?!\[).*\n?)*", re.MULTILINE)
_OWN_LINE = regex(r"^(?:tool\.uv\.sources\.)?mlops-spec[ \t]*=[ \t]*\{[^{}\n]*\}[ \t]*(?:#.*)?\n?", re.MULTILINE)
_EMPTY = regex(rf"\n*^{re.escape(_SOURCES)}[ \t]*\n(?=\s*(?:\[|\Z))", re.MULTILINE)


def pinned(text: str, version: str | None, source: Mapping[str, str] | None) -> str:
    """The text with each requirement of mlops-spec at `version` (None: any), to be had from uv's `source`.

    Raises:
        Failure: nothing requires it, or it is written in a way that can't be edited with certainty (exit 78).
    """
    before = tomllib.loads(text)
    clause = f"=={version}" if version else ""
    edited, count = _REQUIREMENT.subn(
        lambda found: f"{found['quote']}mlops-spec{found['extras'] or ''}{clause}{found['rest'] or ''}{found['quote']}",
        text,
    )
    if not count:
        raise _unclear("nothing in it requires mlops-spec")
    edited = _with_source(_EMPTY.sub("\n", _OWN_LINE.sub("", _OWN_TABLE.sub("\n", edited))), source)
    try:
        after = tomllib.loads(edited)
    except tomllib.TOMLDecodeError:
        raise _unclear("what it says of mlops-spec can't be edited with certainty") from None
    if _sources(after) != _others(before) | ({"mlops-spec": dict(source)} if source else {}) or _other_tables(
        after
    ) != _other_tables(before):
        raise _unclear("where it says that mlops-spec comes from can't be edited with certainty")
    return edited


def _with_source(text: str, source: Mapping[str, str] | None) -> str:
    if not source:
        return text
    line = f"mlops-spec = {{ {', '.join(f'{key} = {json.dumps(value)}' for key, value in source.items())} }}\n"
    if re.search(rf"^{re.escape(_SOURCES)}[ \t]*(?:#.*)?$", text, re.MULTILINE):
        return re.sub(
            rf"^({re.escape(_SOURCES)}.*\n)", lambda found: found[1] + line, text, count=1, flags=re.MULTILINE
        )
    return f"{text.rstrip()}\n\n{_SOURCES}\n{line}"


def _sources(data: Mapping[str, Any]) -> dict[str, Any]:
    return dict(data.get("tool", {}).get("uv", {}).get("sources", {}))


def _others(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in _sources(data).items() if name != "mlops-spec"}


def _other_tables(data: Mapping[str, Any]) -> dict[str, Any]:
    tools = dict(data.get("tool", {}))
    uv = {name: value for name, value in tools.pop("uv", {}).items() if name != "sources"}
    return tools | ({"uv": uv} if uv else {})


def _unclear(why: str) -> Failure:
    return Failure(
        f"pyproject.toml: {why}",
        exit_code=Exit.CONFIG,
        remedy=f'require "mlops-spec[run]" and name its source, if any, in one line of {_SOURCES}',
    )
