"""The Open Inference Protocol's request and answer: JSON to checked columns, predictions to JSON."""

from __future__ import annotations

import base64
import difflib
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pandas as pd

from mlops_spec.package.moments import EXAMPLE, parsed, unzoned
from mlops_spec.spec.tasks.forecasting import FORECAST
from mlops_spec.spec.tasks.regression import VALUE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mlops_spec.package.manifest import Scalar, Tensor
    from mlops_spec.targets.local.serve.outside import Outside

Column = list[Any]
_COLUMNS = {VALUE: "targets", FORECAST: "quantiles"}  # what those of an output of numbers are


@dataclass(frozen=True)
class _Kind:
    """What a column of one of the model's datatypes takes: a client may declare what loses nothing on the way."""

    declared: frozenset[str]
    types: frozenset[type]
    says: str
    dtype: str | None = None
    bounds: tuple[float, float] | None = None  # JSON has no infinity, but 1e999 is read as one


_INTEGERS = frozenset({"INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64"})
_NUMBERS = _INTEGERS | {"FP16", "FP32", "FP64"}
_FINITE = 1.7976931348623157e308
# A missing value is `null`; as in training, whole numbers and booleans with missing values become floats.
_NULL = type(None)
_KINDS = {
    "INT64": _Kind(_INTEGERS, frozenset({int, _NULL}), "an integer", "int64", (-(2**63), 2**63 - 1)),
    "FP64": _Kind(_NUMBERS, frozenset({int, float, _NULL}), "a number", "float64", (-_FINITE, _FINITE)),
    "BOOL": _Kind(frozenset({"BOOL"}), frozenset({bool, _NULL}), "true or false", "bool"),
    "BYTES": _Kind(frozenset({"BYTES"}), frozenset({str, _NULL}), "text"),
}
_FILE = _Kind(frozenset({"BYTES"}), frozenset({str, _NULL}), "a file's bytes in base64")
_MOMENT = _Kind(frozenset({"BYTES"}), frozenset({str, _NULL}), EXAMPLE)


def _kind(tensor: Tensor) -> _Kind:
    if tensor.file:
        return _FILE
    if tensor.timestamp:
        return _MOMENT
    return _KINDS.get(tensor.datatype, _KINDS["FP64"])


class BadRequest(Exception):
    """The client's request can't be answered; the message names the field and says what would be right."""


@dataclass(frozen=True)
class Request:
    """A checked request: `columns` has one list of `rows` values per input of the model, `floats` those in need.

    Times are `numpy.datetime64` in UTC, files their bytes.
    """

    id: str | None
    rows: int
    columns: Mapping[str, Column]
    floats: frozenset[str] = frozenset()


def parse(body: bytes, inputs: Mapping[str, Tensor]) -> Request:
    """Checks a request against the model's inputs, by name.

    Raises:
        BadRequest: it isn't JSON, a column is missing, unknown or doubled, or a shape, datatype or value is wrong.
    """
    record = _decode(body)
    given = record.get("inputs")
    if not isinstance(given, list):
        raise BadRequest("inputs: a list of tensors is missing")
    columns: dict[str, Column] = {}
    rows: int | None = None
    for index, tensor in enumerate(given):
        name, column = _column(tensor, index, inputs)
        if name in columns:
            raise BadRequest(f"inputs[{index}].name: `{name}` stands twice")
        if rows is not None and len(column) != rows:
            raise BadRequest(f"inputs[{index}].shape: `{name}` has {len(column)} rows, the inputs before it {rows}")
        rows, columns[name] = len(column), column
    if len(columns) < len(inputs):
        missing = ", ".join(f"`{name}`" for name in inputs if name not in columns)
        raise BadRequest(f"inputs: missing {missing}")
    identity = record.get("id")
    if identity is not None and not isinstance(identity, str):
        raise BadRequest("id: must be text")
    floats = frozenset(
        name for name, column in columns.items() if inputs[name].datatype in {"INT64", "BOOL"} and None in column
    )
    return Request(identity, rows or 0, columns, floats)


def arrays(requests: Sequence[Request], inputs: Mapping[str, Tensor]) -> dict[str, Any]:
    """The rows of requests with equal `floats`, below one another, as a pandas data frame takes them: name → values."""
    joined: dict[str, Any] = {}
    for name, tensor in inputs.items():
        values = requests[0].columns[name] if len(requests) == 1 else [v for r in requests for v in r.columns[name]]
        if tensor.timestamp:
            joined[name] = pd.DatetimeIndex(np.array(values, dtype="M8[us]"), tz="UTC")
            continue
        dtype = "float64" if name in requests[0].floats else _kind(tensor).dtype
        joined[name] = values if dtype is None else np.array(values, dtype=dtype)
    return joined


def answer(  # noqa: PLR0913, PLR0917 - what the protocol has in an answer
    request: Request,
    model: str,
    version: str,
    outputs: Sequence[Tensor],
    predicted: np.ndarray,
    classes: Sequence[Scalar] = (),
    found: Sequence[Outside] = (),
) -> bytes:
    """The protocol's answer for one request; `predicted` is (n,) or (n, k), row-major in `data`.

    `classes` are named beside them: those of the k columns, as `targets` where they are numbers (output `value`), as
    `quantiles` where they are a forecast's, or of a binary task, of which the last is the one that is probable. What
    was `found` outside the data contract stands in the answer's parameters.
    """
    output = outputs[0]
    named = {"parameters": {_COLUMNS.get(output.name, "classes"): list(classes)}} if classes else {}
    data: list[Any] = predicted.ravel().tolist()
    record: dict[str, Any] = {"model_name": model, "model_version": version}
    if request.id is not None:
        record["id"] = request.id
    if found:
        record["parameters"] = {"outside_contract": [each.as_data() for each in found]}
    record["outputs"] = [
        {"name": output.name, "datatype": output.datatype, "shape": list(predicted.shape), "data": data, **named}
    ]
    return json.dumps(record, separators=(",", ":"), allow_nan=False).encode()


def _decode(body: bytes) -> dict[str, Any]:
    try:
        record = json.loads(body.decode(), parse_constant=_constant)
    except UnicodeDecodeError as error:
        raise BadRequest(f"the body is not UTF-8, at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise BadRequest(f"the body is not JSON: {error.msg} at line {error.lineno} column {error.colno}") from error
    except (RecursionError, ValueError) as error:
        raise BadRequest("the body nests too deep or holds a number with too many digits") from error
    if not isinstance(record, dict):
        raise BadRequest('the body must be an object: {"inputs": [...]}')
    return record


def _constant(text: str) -> NoReturn:
    raise BadRequest(f"the body holds {text}, which is no JSON; a missing value is null")


def _column(tensor: Any, index: int, inputs: Mapping[str, Tensor]) -> tuple[str, Column]:
    place = f"inputs[{index}]"
    if not isinstance(tensor, dict):
        raise BadRequest(f"{place}: must be an object with name, shape, datatype and data")
    name = tensor.get("name")
    expected = inputs.get(name) if isinstance(name, str) else None
    if expected is None:
        raise BadRequest(f"{place}.name: {_unknown(name, inputs)}")
    _check_datatype(tensor.get("datatype"), expected, place)
    data = tensor.get("data")
    if not isinstance(data, list):
        raise BadRequest(f"{place}.data: `{name}` must be a list of values")
    if data and isinstance(data[0], list):
        data = _flat(data, f"{place}.data")
    _check_shape(tensor.get("shape"), len(data), f"{place}.shape: `{name}`")
    _check_values(data, expected, place)
    if expected.file:
        data = _contents(data, expected, place)
    return expected.name, _moments(data, expected, place) if expected.timestamp else data


def _unknown(name: Any, inputs: Mapping[str, Tensor]) -> str:
    if not isinstance(name, str):
        return "must be the name of an input"
    near = difflib.get_close_matches(name[:128], inputs, n=1)
    return f"the model has no input {name[:128]!r}" + (f"; did you mean `{near[0]}`?" if near else "")


def _check_datatype(datatype: Any, expected: Tensor, place: str) -> None:
    if not isinstance(datatype, str) or datatype not in _kind(expected).declared:
        raise BadRequest(f"{place}.datatype: `{expected.name}` is {expected.datatype}, not {str(datatype)[:40]!r}")


def _check_shape(shape: Any, size: int, place: str) -> None:
    if not isinstance(shape, list) or not shape or any(type(number) is not int for number in shape):
        raise BadRequest(f"{place} must have a shape such as [{size}]")
    if shape[0] != size or math.prod(shape[1:]) != 1:
        raise BadRequest(f"{place} has shape {shape[:8]} but {size} values; one column of them is [{size}]")
    if size == 0:
        raise BadRequest(f"{place} has no rows; send at least one")


def _flat(rows: list[Any], place: str) -> Column:
    for index, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != 1 or isinstance(row[0], list):
            raise BadRequest(f"{place}[{index}]: each row of a column holds one value")
    return [row[0] for row in rows]


def _check_values(data: Column, expected: Tensor, place: str) -> None:
    """Types first and then ranges, each in one pass without a Python call per value; the place is sought on failure."""
    kind = _kind(expected)
    if not set(map(type, data)) <= kind.types:
        _refuse(data, next(i for i, value in enumerate(data) if type(value) not in kind.types), expected, place)
    if kind.bounds is not None:
        low, high = kind.bounds
        present = [value for value in data if value is not None] if None in data else data
        if present and not (low <= min(present) and max(present) <= high):
            beyond = (i for i, value in enumerate(data) if value is not None and not low <= value <= high)
            _refuse(data, next(beyond), expected, place)


def _contents(data: Column, expected: Tensor, place: str) -> Column:
    found: Column = []
    for index, text in enumerate(data):
        try:
            found.append(None if text is None else base64.b64decode(text, validate=True))
        except ValueError:
            _refuse(data, index, expected, place)
    return found


def _moments(data: Column, expected: Tensor, place: str) -> Column:
    texts = pd.Series(data, dtype=object)
    found = parsed(texts)
    if (wrong := (found.isna() & texts.notna()).to_numpy()).any():
        _refuse(data, int(wrong.argmax()), expected, place)
    if (wrong := unzoned(texts).to_numpy()).any():
        index = int(wrong.argmax())
        raise BadRequest(f"{place}.data[{index}]: `{expected.name}` has no offset from UTC where other rows have one")
    known = found.dt.tz_localize(None).to_numpy()
    return [None if text is None else moment for text, moment in zip(data, known, strict=True)]


def _refuse(data: Column, index: int, expected: Tensor, place: str) -> NoReturn:
    shown = json.dumps(data[index])[:40]
    raise BadRequest(f"{place}.data[{index}]: `{expected.name}` must be {_kind(expected).says}, not {shown}")
