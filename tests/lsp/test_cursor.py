"""Where a cursor is: whatever stands around it, there is an answer, and what is offered fits there."""

from __future__ import annotations

import random
import runpy
from pathlib import Path

import pytest

from mlops_spec.document import Document
from mlops_spec.document.parse import parse
from mlops_spec.lint.lsp.completion import field_text
from mlops_spec.lint.lsp.cursor import address_at, complete

TESTS = Path(__file__).parent.parent
FULL = (TESTS / "specs" / "ok" / "full.yaml").read_text(encoding="utf-8")
mutated = runpy.run_path(str(TESTS / "fuzz" / "mutation.py"))["mutated"]


def parsed(text: str) -> Document:
    document = parse("model.yaml", text)
    assert isinstance(document, Document)
    return document


def test_every_field_of_a_full_spec_is_found_at_its_place() -> None:
    document = parsed(FULL)
    for address in document.nodes:
        if span := document.key(address):
            assert address_at(document, span.line, span.column) == (address, span)


def test_most_fields_say_what_they_are() -> None:
    document = parsed(FULL)
    keys = [address for address in document.nodes if document.key(address)]

    assert sum(bool(field_text(address, document.data)) for address in keys) > len(keys) * 0.6


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("gates: [{metric: roc|_auc}]", 17, 24), ("ta|: x", 0, 2), ("a: |", 3, 3), ("x:\n- data/r|ows.csv\n", 5, 18)],
)
def test_the_whole_word_is_replaced(text: str, start: int, end: int) -> None:
    offset = text.index("|")
    found = complete(text.replace("|", ""), offset)

    assert (found.start, found.end) == (start, end)


def test_any_text_has_an_answer() -> None:
    for seed in range(500):
        text = mutated(seed).decode(errors="replace")
        chance = random.Random(seed)
        offset = chance.randrange(len(text) + 1)

        found = complete(text, offset)

        assert found.start <= offset <= found.end
        assert len({word.text for word in found.words}) == len(found.words)
        document = parse("model.yaml", text)
        if isinstance(document, Document):
            at = address_at(document, chance.randint(1, 40), chance.randint(1, 30))
            assert at is None or isinstance(field_text(at[0], document.data), str)
