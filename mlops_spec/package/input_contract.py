"""The contract of a request's rows, kept in a package: what inputs must hold, and what becomes of others.

It is judged row by row, so it has what one row can break: of the contract's `missing`, only that nothing may be.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.manifest import canonical
from mlops_spec.spec.base import size_in_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from mlops_spec.spec import Spec

NAME = "contract.json"  # in a package
Number = int | float
_NUMBERS = {"integer", "number"}


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What one input may hold; `values` are texts, as `plain_text` writes them, `bins` are [first, last).

    `kinds` and `most_bytes` are of files.
    """

    type: str | None = None
    min: Number | None = None
    max: Number | None = None
    values: tuple[str, ...] | None = None
    bins: tuple[Number, Number] | None = None
    required: bool = False
    kinds: tuple[str, ...] | None = None
    most_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class InputContract:
    """`answer` is what becomes of a request with a row outside: refused, or answered with a mark."""

    answer: Literal["reject", "flag"]
    columns: Mapping[str, Bounds]


def contract_of(spec: Spec, inputs: Iterable[str]) -> InputContract | None:
    """The contract of a model's inputs; None where nothing is promised of them, or nobody looks."""
    found = {name: bounds for name in inputs if (bounds := _bounds(spec, name)) != Bounds()}
    if spec.serve.contract == "off" or not found:
        return None
    return InputContract(answer=spec.serve.contract, columns=found)


def contract_bytes(contract: InputContract) -> bytes:
    """The bytes of `contract.json`."""
    record = asdict(contract)
    for column in record["columns"].values():
        for mark in ("kinds", "most_bytes"):  # without them the bytes are those of packages that take no files
            if column[mark] is None:
                del column[mark]
    return canonical({"v": 1, **record})


def read_contract(package_dir: Path) -> InputContract | None:
    """The contract in a verified package; None for one that has none.

    Raises:
        Failure: it is none (exit 78).
    """
    path = package_dir / NAME
    try:
        record = json.loads(path.read_bytes())
        if record["v"] != 1 or record["answer"] not in {"reject", "flag"}:
            raise ValueError("of another version")
        columns = {name: _read(column) for name, column in record["columns"].items()}
        return InputContract(answer=record["answer"], columns=columns)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Failure(f"{path} is no contract: {error}", exit_code=Exit.CONFIG) from error


def plain_text(value: object) -> str:
    """`1.0` and `1` are the same value of a category: a gap turns a column of whole numbers into floats."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _bounds(spec: Spec, name: str) -> Bounds:
    contract = spec.data.contract
    column = contract.columns.get(name)
    missing = (column.missing if column else None) or contract.missing
    derived = next((each.bins for each in spec.data.derive.values() if each.from_ == name), None)
    numeric = column is not None and column.type in _NUMBERS
    return Bounds(
        type=column.type if column and column.type in {"integer", "boolean"} else None,
        min=column.min if column and numeric else None,
        max=column.max if column and numeric else None,
        values=tuple(sorted({*map(plain_text, column.values)})) if column and column.values is not None else None,
        bins=(derived[0], derived[-1]) if derived else None,
        **{"required": missing is not None and missing.max == 0} | _of_files(spec, name),
    )


def _of_files(spec: Spec, name: str) -> dict[str, Any]:
    files = spec.data.files
    if files is None or name != files.column:
        return {}
    return {"kinds": tuple(files.kinds), "most_bytes": size_in_bytes(files.max), "required": True}


def _read(record: dict[str, Any]) -> Bounds:
    bounds = Bounds(**record)
    return Bounds(
        **record
        | {
            "values": None if bounds.values is None else tuple(map(str, bounds.values)),
            "kinds": None if bounds.kinds is None else tuple(map(str, bounds.kinds)),
            "bins": None if bounds.bins is None else (bounds.bins[0], bounds.bins[1]),
        }
    )
