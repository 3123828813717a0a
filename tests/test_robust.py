"""Mutated specs: whatever is in a file, the linter answers, and the answer can be shown in every format."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path

import pytest

from mlops_spec.lint import fix_content, lint_content
from mlops_spec.report import FORMATS, Run, report

SEEDS = [file.read_bytes() for file in sorted((Path(__file__).parent / "specs").glob("*/*.yaml"))]
DAY = date(2026, 11, 23)
CASES = 300  # of each of the chunks
PIECES = [
    b"\n",
    b": ",
    b"- ",
    b"[",
    b"]",
    b"{",
    b"}",
    b"#",
    b"'",
    b'"',
    b"&a",
    b"*a",
    b"!!",
    b"\t",
    b"\xff",
    b"\xe2\x80\xae",
    b"\0",
]
PIECES += [
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"2024-99-99",
    b"${x}",
    b"# mlops-spec: ignore[MS203] x",
    b"0x",
    b"\r",
    b"|",
    b">-",
]


def mutated(chance: random.Random) -> bytes:
    """A spec of the corpus with pieces cut out, doubled, or put in, also from another spec."""
    text = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(text) + 1)
        end = min(len(text), place + chance.randint(0, 30))
        other = chance.choice(SEEDS)
        start = chance.randrange(len(other) + 1)
        piece = chance.choice([b"", chance.choice(PIECES), bytes(text[place:end]) * 2, other[start : start + 60]])
        text[place:end] = piece
    return bytes(text)


@pytest.mark.parametrize("chunk", range(4))
def test_the_linter_always_answers(chunk: int) -> None:
    for seed in range(chunk * CASES, (chunk + 1) * CASES):
        content = mutated(random.Random(seed))

        run = Run(lint_content("f", content, DAY), ["f"], 1)

        for style in FORMATS if seed % 20 == 0 else ("text", "json"):
            report(run, style)
        assert len(json.loads(report(run, "json"))) == len(run.found)
        assert all(each.span.line >= 1 and each.span.column >= 1 for each in run.found)
        assert fix_content("f", fix_content("f", content, DAY)[0], DAY)[1] == 0, f"seed {seed} is not fixed at once"
