"""A time is one type from the data file to a request: a moment in UTC, by one rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.package.manifest import Tensor
from mlops_spec.package.moments import DTYPE, parsed, unzoned
from mlops_spec.package.predictor.frame import model_frame
from mlops_spec.pipeline.column_types import TYPES
from mlops_spec.pipeline.reference import as_kept
from mlops_spec.targets.local.serve.tensors import BadRequest, Request, arrays, parse

AT = Tensor(name="at", datatype="BYTES", shape=(-1,), timestamp=True)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30)), timezone(-timedelta(hours=8))])
WHENS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=ZONES)  # noqa: DTZ001 - zones come after


def one(text: object) -> Any:
    return parsed(pd.Series([text], dtype=object)).iloc[0]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024", "2024-01-01T00:00Z"),
        ("2024-12-31", "2024-12-31T00:00Z"),
        ("2024-12-31 08:30", "2024-12-31T08:30Z"),
        ("2024-12-31T08:30:00+01:00", "2024-12-31T07:30Z"),
        ("2024-12-31T08:30:00.5Z", "2024-12-31T08:30:00.5Z"),
        ("2024-12-31T08:30:00.1234569Z", "2024-12-31T08:30:00.123456Z"),
        ("20241231T083000Z", "2024-12-31T08:30Z"),
        ("0001-01-01", "0001-01-01T00:00Z"),
    ],
)
def test_iso_8601_is_a_moment_in_utc_to_the_microsecond(text: str, moment: str) -> None:
    assert one(text) == pd.Timestamp(moment)


@pytest.mark.parametrize(
    "text", ["yesterday", "now", "today", "31/12/2024", "2024-02-30", "1.5", "", "NaT", 2024, 1.5, True, None]
)
def test_what_is_no_time_is_none(text: object) -> None:
    """pandas takes `now` and `today` for times, whatever format it is told."""
    assert one(text) is pd.NaT


@given(st.lists(WHENS.map(datetime.isoformat) | st.sampled_from(["2024-01-01T00:00:00.123456789Z"]), min_size=1))
def test_no_time_depends_on_those_beside_it(texts: list[str]) -> None:
    together = parsed(pd.Series(texts, dtype=object))

    assert together.dtype == DTYPE
    assert together.tolist() == [one(text) for text in texts]
    assert as_kept(together).tolist() == [as_kept(parsed(pd.Series([text]))).iloc[0] for text in texts]


def ask(*texts: str | None) -> bytes:
    values = ",".join("null" if text is None else f'"{text}"' for text in texts)
    return f'{{"inputs":[{{"name":"at","datatype":"BYTES","shape":[{len(texts)}],"data":[{values}]}}]}}'.encode()


def served(requests: list[Request]) -> pd.DataFrame:
    return model_frame(pd.DataFrame(arrays(requests, {"at": AT}), copy=False), [AT])


@given(st.lists(WHENS.map(datetime.isoformat) | st.none(), min_size=1, max_size=20))
def test_training_evaluation_and_serving_show_a_model_the_same_column(texts: list[str | None]) -> None:
    column = pd.Series(texts, dtype=object, name="at")
    trained = TYPES["timestamp"].kept(column).to_frame()

    evaluated = model_frame(trained, [AT])
    together = served([parse(ask(*texts), {"at": AT})])
    gathered = served([parse(ask(text), {"at": AT}) for text in texts])

    for frame in (evaluated, together, gathered):
        pd.testing.assert_frame_equal(frame, trained)


@pytest.mark.parametrize("text", ["yesterday", "now", "31/12/2024", ""])
def test_a_request_with_what_is_no_time_is_refused_by_place(text: str) -> None:
    with pytest.raises(BadRequest) as refused:
        parse(ask("2024-01-01", text), {"at": AT})

    assert str(refused.value) == (
        f"inputs[0].data[1]: `at` must be a time of ISO 8601, such as 2024-12-31 or 2024-12-31T08:30:00+01:00, "
        f'not "{text}"'
    )


def test_a_request_with_offsets_in_some_rows_is_refused_as_a_data_file_is() -> None:
    texts = ["2024-01-01T00:00:00Z", "2024-01-01T00:00:00"]

    with pytest.raises(BadRequest, match=r"data\[1\]: `at` has no offset from UTC where other rows have one"):
        parse(ask(*texts), {"at": AT})

    assert unzoned(pd.Series(texts)).tolist() == [False, True]


@pytest.mark.parametrize("day", ["2024-03-06", "2024-03", " 2024-03-06", "20240306", "2024"])
def test_a_day_s_last_digits_are_no_offset(day: str) -> None:
    """Beside a time with an offset a day is as little known as a time without one."""
    zoned = ["2024-03-06T08:30+01:00", "2024-03-06 8:30 -08", "20240306T0830Z", "2024-03-06T08z"]

    assert unzoned(pd.Series([day, *zoned])).tolist() == [True, False, False, False, False]
    assert not unzoned(pd.Series([day, "2024-03-06T08:30:00", "2024-03-07", None])).any()
    assert parse(ask(day, "2024-03-07T12:00"), {"at": AT}).rows == 2


def test_a_package_without_the_mark_is_shown_texts_as_it_was_trained() -> None:
    old = Tensor(name="at", datatype="BYTES", shape=(-1,))
    trained = TYPES["timestamp"].kept(pd.Series(["2024-01-01T08:30:00+01:00"], name="at")).to_frame()

    assert model_frame(trained, [old])["at"].tolist() == ["2024-01-01T07:30:00+00:00"]
    assert parse(ask("yesterday"), {"at": old}).columns["at"] == ["yesterday"]
