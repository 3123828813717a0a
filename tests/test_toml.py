"""TOML with the places of its keys and values."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.document.diagnostic import Diagnostic
from mlops_spec.document.toml import parse

if TYPE_CHECKING:
    from mlops_spec.document import Document

TEXT = '''\
# a comment with [brackets] = and "quotes"
[project]
name = "x"  # `name = "y"`

[tool.a]
plain = 1
dotted.key.inner = "a # no comment"
"quoted key" = 'single \\ quoted'
long = """
[tool.a.no-table]
two \\""" quotes"""
raw = \'\'\'
it's
\'\'\'
list = [
  "one", # ]
  { x = 1, y.z = [[1, 2], []] },
]
when = 2026-11-30 10:00:00  # local
empty = {}

[tool.a.below]
deep = true

[[tool.a.many]]
n = 1
[[tool.a.many]]
n = 2
'''


def whole(text: str, *table: str) -> Document:
    found = parse("f.toml", text.encode(), table)
    assert not isinstance(found, list)
    return found


def addresses(data: object, at: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    found = {at} if at else set()
    if isinstance(data, dict):
        return found.union(*(addresses(value, (*at, key)) for key, value in data.items()))
    if isinstance(data, list):
        return found.union(*(addresses(value, (*at, index)) for index, value in enumerate(data)))
    return found


def test_everything_has_a_place() -> None:
    document = whole(TEXT)

    # an array of tables has none for each table, which have no text of their own
    tables = {("tool", "a", "many", 0), ("tool", "a", "many", 1)}
    assert addresses(document.data) - set(document.nodes) == tables
    assert set(document.nodes) <= addresses(document.data)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (("plain",), "1"),
        (("dotted", "key", "inner"), '"a # no comment"'),
        (("dotted", "key"), "key"),
        (("quoted key",), "'single \\ quoted'"),
        (("list", 1, "y", "z", 0, 1), "2"),
        (("list",), "list"),
        (("when",), "2026-11-30 10:00:00"),
        (("below",), "below"),
        (("below", "deep"), "true"),
        (("below", "absent"), "below"),
        (("many", 1, "n"), "2"),
    ],
)
def test_a_place_is_that_of_the_text(address: tuple[str | int, ...], shown: str) -> None:
    document = whole(TEXT, "tool", "a")
    span = document.place(address)

    assert document.lines[span.line - 1][span.column - 1 : span.end_column - 1] == shown


def test_a_table_that_is_not_there_is_empty() -> None:
    document = whole(TEXT, "tool", "b")

    assert (document.data, document.nodes) == ({}, {})


@pytest.mark.parametrize(
    ("content", "place"),
    [(b"a = 1\nb = \n", (2, 5)), (b"a = 1\na = 2\n", (2, 6)), (b'a = "', (1, 6)), (b"\xff", (1, 1))],
)
def test_what_is_no_toml_is_told_at_its_place(content: bytes, place: tuple[int, int]) -> None:
    found = parse("f.toml", content)

    assert isinstance(found, list)
    assert isinstance(found[0], Diagnostic)
    assert found[0].span[:2] == place


_WORDS = st.text("ab\"'\\#[]{}=., \n\té", max_size=8)


def _toml(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_toml(key)} = {_toml(each)}' for key, each in value.items())}}}"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
        return f'"{escaped}"'
    return str(value)


@given(
    st.recursive(
        st.integers() | st.booleans() | _WORDS,
        lambda each: st.lists(each, max_size=3) | st.dictionaries(_WORDS, each, max_size=3),
        max_leaves=12,
    )
)
def test_any_value_has_its_places(value: object) -> None:
    text = f"x = {_toml(value)} # [y]\nz = 1\n"
    document = whole(text)

    assert document.data == tomllib.loads(text)
    assert set(document.nodes) == addresses(document.data)
