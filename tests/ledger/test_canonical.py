"""Canonical JSON against RFC 8785's own examples and against another engine's numbers."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_spec.ledger.canonical import canonical, number

# RFC 8785, appendix B: IEEE 754 bits and the text.
RFC = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


@pytest.mark.parametrize(("bits", "text"), RFC)
def test_numbers_of_the_rfc(bits: str, text: str) -> None:
    assert number(struct.unpack(">d", bytes.fromhex(bits))[0]) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_back_exactly(value: float) -> None:
    assert float(number(value)) == value


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_numbers_as_javascript_writes_them() -> None:
    values = [struct.unpack(">d", (seed * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8))[0] for seed in range(1, 5000)]
    finite = [value for value in values if value == value and abs(value) != float("inf")]
    finite += [number / 10**digits for number in range(1, 2000, 7) for digits in range(12)]
    program = "console.log(JSON.parse(require('fs').readFileSync(0)).map(String).join('\\n'))"
    done = subprocess.run(["node", "-e", program], input=json.dumps(finite), capture_output=True, text=True, check=True)

    assert [number(value) for value in finite] == done.stdout.split()


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, {"é": 1}, {1: 1}, object(), "\ud800"])
def test_what_has_no_one_text_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical(value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-(2.0**53) + 1, 2.0**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=300)
@given(json_values)
def test_reading_it_gives_the_value(value: object) -> None:
    text = canonical(value)

    assert json.loads(text) == value
    assert canonical(json.loads(text)) == text


def test_keys_are_sorted_and_nothing_is_spaced() -> None:
    assert canonical({"b": [1, {"z": None, "a": '\x1f"/é'}], "a": True}) == (
        b'{"a":true,"b":[1,{"a":"\\u001f\\"/\xc3\xa9","z":null}]}'
    )
