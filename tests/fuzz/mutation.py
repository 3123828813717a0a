"""Specs as no one would write them: from a seed, always the same; pieces of bytes, lines and values are exchanged."""

from __future__ import annotations

import random
import re
from pathlib import Path

SEEDS = [file.read_bytes() for file in sorted((Path(__file__).parent.parent / "specs").glob("*/*.yaml"))]
SOUND = [file.read_bytes() for file in sorted((Path(__file__).parent.parent / "specs/ok").glob("*.yaml"))]

_PIECES = [
    *(b"\n", b"\r", b"\r\n", b": ", b"- ", b"? ", b"[", b"]", b"{", b"}", b"#", b"'", b'"', b"|", b">-", b"\t", b"\0"),
    *(b"&a", b"*a", b"!!", b"!!python/object:os.system", b"%YAML 1.1", b"---", b"...", b"<<: *a", b"@", b"`"),
    *(b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\xe2\x80\xa8", b"e\xcc\x81"),
    *(b"${x}", b"${{ x }}", b"# mlops-spec: ignore[MS203] x", b"# mlops-spec: ignore[MS203, MS804] because of it"),
]
_VALUES = [
    *(b"null", b"~", b"true", b"yes", b"-1", b"0", b"1e999", b"-.inf", b".nan", b"0x", b"0o17", b"1_000", b"9" * 40),
    *(b"2024-99-99", b"12:30:45", b'""', b"''", b"[]", b"{}", b"[[]]", b"{a: 1}", b'"\\ud800"', b'"\\u202e"', b"TODO"),
    *(b"a" * 600, b"[" * 40, b"x: y: z", b"@a", b"roc_auc", b"staging", b"../../etc/passwd", b"'un", b'"\\x00"'),
]
_KEYED = re.compile(rb"(?P<key>\w+): *(?P<value>[^\s,{}\[\]#]+|\[[^\]\n]*\])")
_ALIKE = {
    key["key"]: [each["value"] for spec in SOUND for each in _KEYED.finditer(spec) if each["key"] == key["key"]]
    for spec in SOUND
    for key in _KEYED.finditer(spec)
}
_SCALAR = re.compile(rb"(?<=: )[^\s,\]}#]+|(?<=- )[^\s:]+|(?<=\[)[^,\]]+")


def mutated(seed: int) -> bytes:
    """One to six changes of a spec of the corpus."""
    chance = random.Random(seed)
    if seed % 2:  # what is likely to be a spec still, for the rules
        text = chance.choice(SOUND)
        for _ in range(chance.randint(1, 3)):
            text = _likely(text, chance)
        return text
    text = chance.choice(SOUND if seed % 3 == 0 else SEEDS)
    for _ in range(chance.randint(1, 6)):
        text = chance.choice((_bytes, _bytes, _lines, _value, _value))(text, chance)
    return text


def _bytes(text: bytes, chance: random.Random) -> bytes:
    """Cuts a piece out, doubles it, or puts one in, also from another spec."""
    start = chance.randrange(len(text) + 1)
    end = min(len(text), start + chance.randint(0, 30))
    other = chance.choice(SEEDS)
    from_there = chance.randrange(len(other) + 1)
    pieces = (b"", chance.choice(_PIECES), text[start:end] * 2, other[from_there : from_there + 60])
    return text[:start] + chance.choice(pieces) + text[end:]


def _lines(text: bytes, chance: random.Random) -> bytes:
    """Drops, doubles, moves or indents a line."""
    lines = text.split(b"\n")
    index, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    line = lines[index]
    how = chance.randrange(4)
    if how == 0:
        del lines[index]
    elif how == 1:
        lines.insert(other, line)
    elif how == 2:
        lines[index], lines[other] = lines[other], line
    else:
        lines[index] = b" " * chance.randint(1, 4) + line
    return b"\n".join(lines)


def _likely(text: bytes, chance: random.Random) -> bytes:
    """Changes a number, writes a value where another of the same key stands, or drops a line."""
    places = [*_KEYED.finditer(text)]
    place = chance.choice(places)
    if chance.random() < 0.2:
        start = text.rfind(b"\n", 0, place.start()) + 1
        end = text.find(b"\n", place.end()) + 1 or len(text)
        return text[:start] + text[end:]
    value = place["value"]
    if value.isdigit():
        value = str(int(value[:15]) * chance.choice((0, 1, 2, 100)) + chance.choice((-1, 0, 1))).encode()
    elif value.replace(b".", b"").isdigit():
        value = chance.choice((b"0.0", b"1.0", b"0.5", b"0.999", b"1e-9", b"-0.1", value + b"5"))
    else:
        value = chance.choice((*_ALIKE.get(place["key"], ()), b"true"))
    return text[: place.start("value")] + value + text[place.end("value") :]


def _value(text: bytes, chance: random.Random) -> bytes:
    """Writes something else where a value stands."""
    places = [found.span() for found in _SCALAR.finditer(text)]
    if not places:
        return text
    start, end = chance.choice(places)
    return text[:start] + chance.choice(_VALUES) + text[end:]
