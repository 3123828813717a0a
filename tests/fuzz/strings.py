"""Texts as no one would write them: from a seed, always the same."""

from __future__ import annotations

import random

# What means something to YAML, Jinja, Markdown, a shell, GitHub or DVC.
ATOMS = (
    *("a", "Z", "0", "é", "漢", "🙂", "\u200d", "\u00a0", " ", "  ", "x y", "name: value", "key:", ": ", " #", "#"),
    *("- ", "? ", "-", "+", "'", '"', "''", '""', "\\", "\\n", "\\\\", '\\"', "|", ">", "|-", "&a", "*a", "!t"),
    *("!!python/object:os.system", "%", "%TAG", "@", "`", "``", "```", "{", "}", "[", "]", "{a: b}", "[a, b]", ","),
    *("---", "...", "<<", "=", "~", "null", "yes", "No", "on", "0x1f", "0o17", "1e3", "1_000", ".inf", ".nan"),
    *("12:30:45", "2026-01-31", "1.", "2)", "<[", "]>", "<[ x ]>", "#% for x in y", "#% endfor", "<!--%", "%-->"),
    *(
        "<##",
        "##>",
        "{{",
        "}}",
        "{%",
        "{{ x }}",
        "$",
        "$$",
        "$(touch canary)",
        "`touch canary`",
        "; touch canary",
        "touch canary",
    ),
    *("&& touch canary", "$HOME", "%(x)s", "\\u0000", "<img src=x>", "</td>", "&lt;", "![a](b)", "[a](b)", "[a]: b"),
    *("**", "__", "~~", "_a_", "***", "::set-output", "*", "* ", "1. ", "====", ">>> ", "<b>", "https://example.org"),
    *("mlops-spec value 0", '"mlops-spec value 1"', "//", "| touch canary", "x=$(touch canary)", ">canary"),
    *("'; touch canary; '", '"; touch canary; "', "<(touch canary)", "() { :; }; touch canary", "-h", "--help", "!!"),
)
# What nobody may write anywhere: expressions, and what a reviewer can't see.
REFUSED = (
    *("${{ github.token }}", "${x}", "${", "\n", "\r", "\t", "\0", "\x1b[31m"),
    *("\x85", "\u2028", "\u202e", "\u2066", "\ufeff", "\ud800"),
)
LONGEST = 120  # characters; the name of a column has 128


def hostile(seed: int, *, refused: bool = False) -> str:
    """A text that is at least one character long; `refused`: one that holds something of that kind.

    Two atoms may make `${` together, which is of that kind: where they do, there is a space.
    """
    chance = random.Random(seed)
    atoms = [ATOMS[seed]] if seed < len(ATOMS) else chance.choices(ATOMS, k=chance.randint(1, 6))
    text = "".join(atoms).replace("${", "$ {")[:LONGEST]
    if not refused:
        return text
    place = chance.randint(0, len(text))
    return f"{text[:place]}{chance.choice(REFUSED)}{text[place:]}"
