"""Text to data and positions: YAML 1.2's scalars, exact places, and nothing that makes Python raise."""

from __future__ import annotations

import os
import re
import time
import tracemalloc
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mlops_spec.document import Document
from mlops_spec.document import parse as parsing
from mlops_spec.document.comments import comments
from mlops_spec.document.diagnostic import START, Diagnostic, Span
from mlops_spec.document.parse import parse
from mlops_spec.document.scalar import plain
from mlops_spec.document.secret import masked, secret_in
from mlops_spec.document.source import MAX_BYTES, decode
from mlops_spec.document.spec_files import contents
from mlops_spec.errors import Failure

OK = sorted((Path(__file__).parent / "specs" / "ok").glob("*.yaml"))


def read(text: str) -> Document:
    document = parse("f", text)
    assert isinstance(document, Document), [str(each) for each in document]
    return document


@pytest.mark.parametrize("file", OK, ids=lambda file: file.stem)
def test_data_is_what_another_reader_of_yaml_1_2_gives(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    expected = YAML(typ="safe", pure=True).load(text.replace("2027-01-31", '"2027-01-31"'))

    assert read(text).data == expected


@pytest.mark.parametrize("file", OK, ids=lambda file: file.stem)
def test_the_slow_parser_gives_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = file.read_text(encoding="utf-8")
    quick = read(text)
    monkeypatch.setattr(parsing, "LOADER", yaml.SafeLoader)

    slow = read(text)

    assert slow.data == quick.data
    assert {address: slow.place(address) for address in slow.nodes} == {
        address: quick.place(address) for address in quick.nodes
    }


@pytest.mark.parametrize("file", OK, ids=lambda file: file.stem)
def test_every_place_is_where_the_text_says_so(file: Path) -> None:
    document = read(file.read_text(encoding="utf-8"))
    for address, node in document.nodes.items():
        span = document.place(address)
        shown = document.lines[span.line - 1][span.column - 1 : span.end_column - 1]
        if node.start is node.end and node.start.value:
            assert shown.strip("\"'") == node.start.value
        elif node.key:
            assert shown.strip("\"'") == address[-1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("true", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("", None),
        ("~", None),
        ("Null", None),
        ("12", 12),
        ("-0", 0),
        ("+7", 7),
        ("010", 10),
        ("0o17", 15),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("2024-01-01", "2024-01-01"),
        ("1.10", 1.1),
        (".5", 0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("-1.5E-3", -0.0015),
        (".", "."),
        ("-", "-"),
        ("+", "+"),
        ("1.2.3", "1.2.3"),
        ("0b1", "0b1"),
        ("-.inf", float("-inf")),
        ("=", "="),
        ("9" * 18, 10**18 - 1),
        ("0" * 40 + "7", 7),
    ],
)
def test_plain_scalars(text: str, value: object) -> None:
    found = plain(text)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["9" * 19, "-" + "1" * 5000, "0x" + "f" * 40])
def test_an_integer_that_readers_would_round_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="more than 18 digits"):
        plain(text)


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_no_scalar_makes_python_raise_anything_else(text: str) -> None:
    try:
        plain(text)
    except ValueError as error:
        assert "more than 18 digits" in str(error)


def test_places() -> None:
    document = read('a:\n  b: "x"\n  c: [1, {d: 2}]\n  e:\nf:\n- g: 3\n- [4]\n')

    assert document.place(()) == START
    assert document.place(("a", "b")) == Span(2, 6, 2, 9)
    assert document.place(("a", "b"), key=True) == Span(2, 3, 2, 4)
    assert document.place(("a", "c")) == Span(3, 3, 3, 4)
    assert document.place(("a", "c", 0)) == Span(3, 7, 3, 8)
    assert document.place(("a", "c", 1, "d")) == Span(3, 14, 3, 15)
    assert document.place(("a", "e")) == Span(4, 3, 4, 4), "a value that is not there is shown at its key"
    assert document.place(("f", 0)) == Span(6, 3, 6, 4), "a mapping that is an item is shown at its first key"
    assert document.place(("f", 1)) == Span(7, 3, 7, 4), "a list that is an item is shown at its first character"
    assert document.place(("a", "nothing", "here")) == Span(1, 1, 1, 2), "the nearest parent of what is not there"


def test_keys_are_text() -> None:
    assert read("1: a\non: b\ntrue: c\n~: d\n1.10: e\n").data == {
        "1": "a",
        "on": "b",
        "true": "c",
        "~": "d",
        "1.10": "e",
    }


def test_line_ends_of_any_kind_are_counted() -> None:
    document = read("a: 1\r\nb: 2\r\n\r\nc: 3\r\n")

    assert document.place(("c",)) == Span(4, 4, 4, 5)
    assert document.position(document.text.index("c")) == (4, 1)


def test_a_duplicate_is_told_with_both_places() -> None:
    (found,) = parse("f", "a: 1\nb: {c: 1}\nb: {c: 2}\n")

    assert str(found) == "f:3:1: error[MS003] the key `b` stands here twice; it is first at 2:1"


def test_all_that_is_refused_is_told_at_once() -> None:
    found = parse("f", "a: &x 1\nb: *x\nc: !t 2\nc: 3\n<<: {}\n")

    assert isinstance(found, list)
    assert [each.span.line for each in found] == [1, 2, 3, 4, 5]


def test_sizes_are_limited() -> None:
    assert isinstance(decode(b"a" * MAX_BYTES, "f"), str)
    too_large = decode(b"a" * (MAX_BYTES + 1), "f")
    assert isinstance(too_large, Diagnostic)
    assert too_large.kind.code == "MS000"
    (many,) = parse("f", "- a\n" * 20_001)
    assert "more than 20,000 values" in many.message
    (deep,) = parse("f", "[" * 33 + "]" * 33)
    assert "deeper than 32 levels" in deep.message
    assert isinstance(parse("f", "[" * 32 + "]" * 32), Document)


BOMBS = {
    "aliases": "a: &a [" + "x," * 50 + "]\n" + "".join(f"b{i}: &b{i} [{'*a,' * 50}]\n" for i in range(50)),
    "brackets": "[" * 1_000_000,
    "braces": "{a: " * 250_000,
    "one line": "a: " + "x" * 1_000_000,
    "many keys": "".join(f"k{i}: 1\n" for i in range(90_000)),
    "duplicates": "a: 1\n" * 19_000,
    "comments": "# c\n" * 250_000,
    "quotes": '"' * 1_000_000,
    "question marks": "? " * 500_000,
    "dashes": "- " * 500_000,
    "spaces": " " * 1_000_000,
    "tags": "!a " * 300_000,
    "colons": "a:" * 500_000,
}


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_costs_under_a_second_and_200_mib(text: str) -> None:
    tracemalloc.start()
    started = time.process_time()

    decoded = decode(text.encode(), "f")
    found = parse("f", decoded) if isinstance(decoded, str) else [decoded]

    seconds, (_, peak) = time.process_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(found, list | Document)
    assert peak < 200 * 2**20
    assert seconds < 4, "a second, and tracing takes three times as long"


@given(st.binary(max_size=300))
def test_bytes_never_make_python_raise(content: bytes) -> None:
    text = decode(content, "f")
    if isinstance(text, str):
        found = parse("f", text)
        assert isinstance(found, Document) or all(isinstance(each, Diagnostic) for each in found)


PIECES = [
    "a",
    ": ",
    "- ",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    ",",
    '"',
    "'",
    "#",
    "&a ",
    "*a",
    "!t ",
    "|",
    ">",
    "%",
    "---",
    "?",
    "\t",
    "é",
    "<<",
    "~",
    "1",
]


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_pieces_of_yaml_never_make_python_raise_and_places_are_inside(text: str) -> None:
    found = parse("f", text)
    for each in [] if isinstance(found, Document) else found:
        assert 1 <= each.span.line <= text.count("\n") + 1
        assert each.source == text.split("\n")[each.span.line - 1]


def test_comments_are_what_no_string_holds() -> None:
    text = '# one\na: "# no" # two\nb: x#no\nc: |\n  # no\n# three\nd: [1, # four\n  2]\n'

    found = list(comments(read(text)))

    assert [(each.line, each.text, each.alone) for each in found] == [
        (1, "# one", True),
        (2, "# two", False),
        (6, "# three", True),
        (7, "# four", False),
    ]
    assert all(text[each.start : each.end] == each.text for each in found)


def test_a_folder_is_every_spec_below_it(tmp_path: Path) -> None:
    for place in ("model.yaml", "b/model.yaml", "b/other.yaml", ".venv/model.yaml", "build/model.yaml"):
        (tmp_path / place).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / place).write_text("spec: 1\n", encoding="utf-8")

    assert [os.path.relpath(name, tmp_path) for name in contents([tmp_path])] == ["b/model.yaml", "model.yaml"]


def test_what_is_not_there_is_a_failure_with_a_remedy(tmp_path: Path) -> None:
    for missing in (tmp_path, tmp_path / "model.yaml", tmp_path / "a\0b", tmp_path / ("x" * 5000)):
        with pytest.raises(Failure) as caught:
            contents([missing])
        assert caught.value.exit_code == 2


SECRETS = [
    "https://bob:hunter2@example.org/x",
    "AKIA" + "A1B2" * 4,
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "a1_B" * 14,
    "glpat-" + "a1-B" * 5,
    "hf_" + "aB1c" * 8,
    "xoxb-" + "1234567890",
    "AIza" + "a1-B_" * 7,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc",
    "-----BEGIN RSA PRIVATE KEY-----MIIE",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_known_and_masked_in_its_place(text: str) -> None:
    line = f"run: {text} more"

    assert secret_in(line)
    assert len(masked(line)) == len(line)
    assert not any(part in masked(line) for part in re.findall(r"\w{6,}", text.removesuffix("example.org/x")))


@pytest.mark.parametrize("text", ["https://example.org/a@b", "s3://bucket/key", "AKIA", "eyJ.eyJ.", "github.com/x"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert not secret_in(text)
    assert masked(text) == text
