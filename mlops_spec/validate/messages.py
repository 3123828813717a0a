"""The message of an error of shape: what is wrong, what would be right, and the fix when there is just one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_spec.document.diagnostic import Address, Diagnostic, Kind, did_you_mean, listed, near
from mlops_spec.document.scalar import plain
from mlops_spec.regex import regex
from mlops_spec.spec import shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mlops_spec.document import Document

UNKNOWN_KEY = Kind("MS001", "unknown-key")
MISSING_KEY = Kind("MS005", "missing-key")
WRONG_TYPE = Kind("MS006", "wrong-type")
WRONG_VALUE = Kind("MS007", "wrong-value")

_TYPES = {
    "string": "text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "`true` or `false`",
    "array": "a list",
    "object": "a mapping",
}
_LIMITS = {
    "greater_than": "more than",
    "greater_than_equal": "at least",
    "less_than": "less than",
    "less_than_equal": "at most",
}
_SWITCHES = dict.fromkeys(("yes", "on", "y", "true"), "true") | dict.fromkeys(("no", "off", "n", "false"), "false")
_GROUPED = regex(r"[1-9][0-9]{0,2}(_[0-9]{3})+")  # as many programming languages write thousands
_LONGEST = 40  # characters of a value that a message repeats


class Shaped(NamedTuple):
    """A document, and the definition of the schema that it should follow as a whole; none: the spec's."""

    document: Document
    top: str = ""

    def schemas(self, address: Address) -> list[shape.Schema]:
        return shape.at(address, self.document.data, self.top)

    def at(self, address: Address) -> Any:
        return self.document.at(address)


class ShapeError(NamedTuple):
    """One error of pydantic's, at an address of the data."""

    address: Address
    type: str
    context: Mapping[str, Any]
    at_key: bool  # the key is wrong rather than its value

    @property
    def of_type(self) -> bool:
        return self.type.endswith("_type")


def say(read: Shaped, error: ShapeError) -> Diagnostic:
    if error.type == "extra_forbidden":
        return _unknown(read, error.address)
    if error.type == "missing":
        return _missing(read, error.address)
    return _mistyped(read, error.address) if error.of_type else _unsuitable(read, error)


def nearest(read: Shaped, address: Address) -> str:
    """The key that an unknown one was perhaps meant to be; empty when none is like it."""
    return near(str(address[-1]), _free_keys(read, address))


def undecided(read: Shaped, address: Address) -> list[str]:
    """The keys that would tell which kind of thing a mapping is, when none of them is there."""
    kinds = [kind for kind in read.schemas(address) if "required" in kind]
    return [kind["required"][0] for kind in kinds] if len(kinds) > 1 else []


def _free_keys(read: Shaped, address: Address) -> list[str]:
    there = read.at(address[:-1])
    return [key for key in shape.keys(address[:-1], read.document.data, read.top) if key not in there]


def _unknown(read: Shaped, address: Address) -> Diagnostic:
    message = f"unknown key `{_short(address[-1])}`{_inside(address)}"
    hint = did_you_mean(str(address[-1]), _free_keys(read, address))
    return read.document.diagnostic(UNKNOWN_KEY, read.document.place(address, key=True), message, hint)


def _missing(read: Shaped, address: Address) -> Diagnostic:
    (schema, *_) = read.schemas(address) or [{}]
    message = f"missing key `{address[-1]}`{_inside(address)}"
    place = read.document.place(address[:-1], key=True)
    return read.document.diagnostic(MISSING_KEY, place, message, schema.get("description", ""))


def _mistyped(read: Shaped, address: Address) -> Diagnostic:
    schemas = [schema for schema in read.schemas(address) if schema.get("type") != "null"]
    *rest, last = dict.fromkeys(_expected(schema) for schema in schemas)
    expected = f"{', '.join(rest)} or {last}" if rest else last
    message = f"{_name(address)} must be {expected}, not {_value(read.at(address))}"
    hint, text = _rewritten_scalar(read, address, {schema.get("type", "") for schema in schemas})
    edits = (read.document.replace_value(address, text),) if text else ()
    return read.document.diagnostic(WRONG_TYPE, read.document.place(address), message, hint, edits)


def _rewritten_scalar(read: Shaped, address: Address, types: set[str]) -> tuple[str, str]:
    value = read.at(address)
    if value is None or isinstance(value, dict | list):
        return "", ""
    if "string" in types:
        right = f'"{read.document.raw(address)}"'  # as it is written, so that 1.10 stays 1.10
    elif "boolean" in types and isinstance(value, str):
        right = _SWITCHES.get(value.lower(), "")
    else:
        right = _numeric(value, types)
    return (f"write `{right}`", right) if right else ("", "")


def _numeric(value: Any, types: set[str]) -> str:
    """`"7"`, `7.0` and `1_000` as an integer, `"0.5"` as a number."""
    if isinstance(value, str):
        try:
            value = plain(value.replace("_", "") if _GROUPED.fullmatch(value) else value)
        except ValueError:
            return ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    if "integer" in types and float(value).is_integer():
        return str(int(value))
    return repr(value) if "number" in types else ""


def _unsuitable(read: Shaped, error: ShapeError) -> Diagnostic:
    schemas = read.schemas(error.address)
    place = read.document.place(error.address, key=error.at_key)
    if error.at_key:
        message = f"`{_short(error.address[-1])}` can't be a key{_inside(error.address)}"
        return read.document.diagnostic(WRONG_VALUE, place, message, _demanded(read.schemas(error.address[:-1])))
    value = read.at(error.address)
    why = _bound(error, value) or f"can't be {_value(value)}"
    options = [option for schema in schemas for option in _options(schema)]
    hint = did_you_mean(str(value), options) if options else _demanded(schemas)
    fits = str(value) in options  # but for its quotes
    edits = (read.document.replace_value(error.address, str(value)),) if fits else ()
    return read.document.diagnostic(WRONG_VALUE, place, f"{_name(error.address)} {why}", hint, edits)


def _bound(error: ShapeError, value: Any) -> str:
    limits = error.context
    if error.type in _LIMITS:
        limit = next(limits[key] for key in ("gt", "ge", "lt", "le") if key in limits)
        return f"must be {_LIMITS[error.type]} {limit:,g}, not {value}"
    if error.type == "too_short":
        return f"must hold at least {limits['min_length']}, not {limits['actual_length']}"
    if error.type == "string_too_long":
        return f"must be at most {limits['max_length']} characters long, not {len(value)}"
    return {"finite_number": "must be a finite number", "string_too_short": "is empty"}.get(error.type, "")


def _demanded(schemas: Iterable[shape.Schema]) -> str:
    for schema in schemas:
        for source in (schema, schema.get("propertyNames", {})):
            if said := source.get("patternErrorMessage"):
                return f"it must be {said}"
    return ""


def _expected(schema: shape.Schema) -> str:
    options = _options(schema)
    return listed(options, "or") if options else _TYPES.get(schema.get("type", ""), "something else")


def _options(schema: shape.Schema) -> list[str]:
    return [str(option) for option in schema.get("enum", [schema["const"]] if "const" in schema else [])]


def _name(address: Address) -> str:
    last_key = max((index for index, step in enumerate(address) if isinstance(step, str)), default=0)
    return f"`{_dotted(address[last_key:])}`"


def _inside(address: Address) -> str:
    return f" in `{_dotted(address[:-1])}`" if len(address) > 1 else ""


def _dotted(address: Address) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{_short(step)}" for step in address)
    return "".join(steps).removeprefix(".")


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"the text `{_short(value)}`" if isinstance(value, str) else f"`{value}`"


def _short(value: Any) -> str:
    text = str(value).replace("\n", " ")
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
