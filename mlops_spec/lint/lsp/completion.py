"""Completion and hover for a place of a spec: the field's description, and the words allowed there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_spec.spec import shape
from mlops_spec.spec.metrics import METRICS, metrics_of
from mlops_spec.spec.stages import OWN_OUTPUTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from mlops_spec.document.diagnostic import Address

ITEM = "[]"  # stands for any index of a list, and for any key that the user chooses


class Word(NamedTuple):
    """Something that may stand at a place, and what it is."""

    text: str
    about: str
    is_key: bool = False


def keys_at(address: Address, data: Any) -> Iterator[Word]:
    """The keys that the mapping at an address does not have yet."""
    there = _at(data, address)
    taken = there if isinstance(there, dict) else {}
    for schema in shape.at(address, data):
        for name, field in schema.get("properties", {}).items():
            if name not in taken:
                yield Word(name, _described(field) or field_text((*address, name), data), is_key=True)


def values_at(address: Address, data: Any, header: Sequence[str] = ()) -> Iterator[Word]:
    """The values that may stand at an address; `header` has the columns of the data where they are known."""
    for schema in shape.at(address, data):
        for choice in schema.get("enum", [schema["const"]] if "const" in schema else []):
            yield Word(_yaml(choice), _described(schema))
        if schema.get("type") == "boolean":
            yield from (Word("true", ""), Word("false", ""))
    place = tuple(ITEM if isinstance(step, int) else step for step in address)
    for pattern, words in _NAMES.items():
        if len(pattern) == len(place) and all(a in (b, ITEM) for a, b in zip(pattern, place, strict=True)):
            yield from words(data, header)


def field_text(address: Address, data: Any) -> str:
    """What the schema says of the field at an address: description, default, examples; empty where it knows none."""
    if not address:
        return ""
    *parent, name = address
    fields = [schema.get("properties", {}).get(name, {}) for schema in shape.at(tuple(parent), data)]
    schemas = [*filter(None, fields), *shape.at(address, data)]
    said = dict.fromkeys(filter(None, map(_described, schemas)))
    lines = [*said, *dict.fromkeys(_constraints(schema) for schema in schemas)]
    return "\n\n".join(line for line in lines if line)


def _described(schema: dict[str, Any]) -> str:
    return str(schema.get("description", ""))


def _constraints(schema: dict[str, Any]) -> str:
    said = []
    if schema.get("patternErrorMessage"):
        said.append(f"Must be {schema['patternErrorMessage']}.")
    if schema.get("default") not in (None, {}, []):
        said.append(f"Default: `{_yaml(schema['default'])}`.")
    if schema.get("examples"):
        said.append(f"Such as {', '.join(f'`{_yaml(each)}`' for each in schema['examples'])}.")
    return " ".join(said)


def _yaml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _at(data: Any, address: Iterable[str | int]) -> Any:
    for step in address:
        try:
            data = data[step]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _mapping(data: Any, *address: str) -> dict[str, Any]:
    found = _at(data, address)
    return found if isinstance(found, dict) else {}


def columns(data: Any, header: Sequence[str]) -> Iterator[Word]:
    """Every column that the spec or the data's first line names."""
    for name in _mapping(data, "data", "derive"):
        yield Word(name, "a derived column")
    for name, column in _mapping(data, "data", "contract", "columns").items():
        yield Word(name, f"a column, {_at(column, ['type']) or 'of the contract'}")
    yield from (Word(name, "a column of the data") for name in header)
    for role in ("target", "id"):
        if isinstance(name := _at(data, ("data", role)), str):
            yield Word(name, f"the {role}")


def protected(data: Any, header: Sequence[str]) -> Iterator[Word]:  # noqa: ARG001 - one signature for all
    names = _at(data, ("data", "protected"))
    yield from (Word(str(name), "a protected attribute") for name in (names if isinstance(names, list) else []))


def metrics(data: Any, header: Sequence[str]) -> Iterator[Word]:  # noqa: ARG001 - as above
    task = _at(data, ("task",))
    for name in metrics_of(task) if isinstance(task, str) and metrics_of(task) else METRICS:
        better = "more" if METRICS[name].higher_is_better else "less"
        yield Word(name, f"a measure, {better} is better")
    own = _at(data, ("evaluate", "metrics"))
    for each in own if isinstance(own, list) else []:
        if isinstance(each, dict) and isinstance(each.get("name"), str):
            yield Word(each["name"], "a measure of your own")


def environments(data: Any, header: Sequence[str]) -> Iterator[Word]:  # noqa: ARG001 - as above
    yield from (Word(name, "an environment") for name in _mapping(data, "environments"))


def outputs(data: Any, header: Sequence[str]) -> Iterator[Word]:  # noqa: ARG001 - as above
    """What stages write, by the stage."""
    for name, stage in _mapping(data, "pipeline").items():
        written = _at(stage, ["writes"])
        for path in written if isinstance(written, list) else []:
            yield Word(str(path), f"written by the stage {name}")
    yield from (Word(path, f"written by the stage {name}") for path, name in OWN_OUTPUTS.items() if name == "split")


_NAMES: dict[tuple[str, ...], Callable[[Any, Sequence[str]], Iterator[Word]]] = {
    ("evaluate", "metrics", ITEM): metrics,
    ("gates", ITEM, "metric"): metrics,
    ("gates", ITEM, "champion"): environments,
    ("environments", ITEM, "after"): environments,
    ("pipeline", ITEM, "reads", ITEM): outputs,
    ("train", "reads", ITEM): outputs,
    ("gates", ITEM, "by"): protected,
    ("gates", ITEM, "by", ITEM): protected,
    ("gates", ITEM, "slice"): columns,
    ("gates", ITEM, "columns", ITEM): columns,
    ("evaluate", "slices", ITEM): columns,
    ("data", "target"): columns,
    ("data", "id"): columns,
    ("data", "protected", ITEM): columns,
    ("data", "split", "column"): columns,
    ("data", "derive", ITEM, "from"): columns,
    ("data", "contract", "unique", ITEM): columns,
    ("data", "contract", "columns", ITEM): columns,
    ("train", "features", "include", ITEM): columns,
    ("train", "features", "exclude", ITEM): columns,
}
