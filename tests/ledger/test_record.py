"""Records: one text, strictly read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.ledger.canonical import canonical
from mlops_spec.ledger.fields import plain
from mlops_spec.ledger.form import GENESIS, LIMIT, MalformedError, as_json, parse, seal
from mlops_spec.ledger.record import Draft, GateResult, What, Why

from .conftest import ALICE, LOG, START, registration


def one(draft: Draft | None = None) -> bytes:
    return seal(draft or registration("v1.0.0"), log=LOG, seq=0, prev=GENESIS, time=START)[1]


def with_values(*values: float) -> Draft:
    gates = tuple(GateResult(id=f"g{n}", kind="metric", value=value, verdict="pass") for n, value in enumerate(values))
    return Draft(event="register", who=ALICE, what=What(model="churn"), why=Why(kind="change", gates=gates))


def test_a_record_is_read_back() -> None:
    record, raw = seal(registration("v1.0.0"), log=LOG, seq=0, prev=GENESIS, time=START)

    assert parse(raw) == record
    assert raw == canonical(as_json(record))
    assert b"null" not in raw


def test_the_hash_is_that_of_the_rest_behind_the_domain() -> None:
    """By another road than the code's: parsed, cut and written anew."""
    body = json.loads(one())
    stated = body.pop("hash")
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    assert stated == "sha256:" + hashlib.sha256(b"mlops-spec.audit.v1\x00" + text).hexdigest()


@given(st.lists(st.floats(-(2.0**53) + 1, 2.0**53 - 1), min_size=1, max_size=4))
def test_every_number_is_kept_and_canonical(values: list[float]) -> None:
    record = parse(one(with_values(*values)))

    assert record.why
    assert [gate.value for gate in record.why.gates] == values


@pytest.mark.parametrize("value", [1e-7, 5e-324, 3.0, 0, -0.0, 1e-05, 123456.789, -4.845773269168056e-06])
def test_odd_numbers(value: float) -> None:
    raw = one(with_values(value))
    parse(raw)

    assert canonical(json.loads(raw)) == raw


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_numbers_that_are_none_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match=r".+"):
        one(with_values(value))


def changed(**values: Any) -> bytes:
    return canonical({**json.loads(one()), **values})


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "Invalid JSON"),
        (b"\xff", "Invalid JSON"),
        (b"[]", "object"),
        (b"{}", "event"),
        (one().replace(b'"seq":0', b'"seq":0 '), "canonical form"),
        (one().replace(b'"seq":0', b'"seq":0,"seq":0'), "canonical form"),
        (one() + b"\n", "canonical form"),
        (one().replace(b"0.842", b"0.8420"), "canonical form"),
        (one().replace(b"0.842", b"8.42e-1"), "canonical form"),
        (one().replace(b"A change", b"\\u0041 change"), "canonical form"),
        (one().replace(b"A change", b"B change"), "hash is not"),
        (changed(extra=1), "extra"),
        (changed(v=2), "v: "),
        (changed(seq="0"), "seq: "),
        (changed(seq=-1), "seq: "),
        (changed(time="2026-13-01T00:00:00Z"), "time: "),
        (changed(time="2026-02-30T00:00:00Z"), "is no moment"),
        (changed(time="2026-02-03T00:00:00+00:00"), "time: "),
        (changed(event="party"), "event: "),
        (changed(evidence=[]), "canonical form"),
        (changed(closes=None), "canonical form"),
        (changed(what={"model": "churn", "version": "1.0"}), "what.version"),
        (b"[" * 5000, "Invalid JSON|recursion|object"),
        (b'{"a":"' + b"x" * LIMIT + b'"}', "longer than"),
    ],
)
def test_anything_else_is_refused(raw: bytes, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        parse(raw)


def test_times_are_utc_to_the_second() -> None:
    berlin = datetime(2026, 11, 23, 5, 15, 7, 999, tzinfo=timezone(timedelta(hours=1)))
    record, _ = seal(registration("v1.0.0"), log=LOG, seq=0, prev=GENESIS, time=berlin)

    assert record.time == "2026-11-23T04:15:07Z"
    assert datetime.fromisoformat(record.time) == berlin.astimezone(UTC).replace(microsecond=0)


def test_free_text_is_made_one_visible_line() -> None:
    assert plain("a\n\u202eb\x00c ") == "a b c"
    assert plain("x" * 2000) == "x" * 999 + "…"
    assert parse(one(replace(registration("v1.0.0"), why=Why(kind="change", text=plain("é\t✓")))))
