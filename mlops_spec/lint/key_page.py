"""The page of a key of the spec, or of what models share: description by the JSON Schema, default, valid example."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from mlops_spec.document import toml
from mlops_spec.errors import Failure
from mlops_spec.layout import TABLE
from mlops_spec.spec import shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Schema = dict[str, Any]
_ANY = "<name>"
_SHARED: Schema = {"$ref": "#/definitions/Shared"}


class Key(NamedTuple):
    """A key as the user writes its path, steps that they name themselves as `<name>`; `of` its section's kind."""

    path: str
    of: str
    about: str
    takes: str
    required: bool
    default: Any
    example: Any
    keys: tuple[tuple[str, str], ...]


def is_key(word: str) -> bool:
    """Whether a word is the path of a key rather than a rule's code or name."""
    return word.partition(".")[0] in shape.root()["properties"] or "." in word


def find(path: str) -> list[Key]:
    """The keys at a path such as `train.format`: several where gates of several kinds have one of the name.

    Raises:
        Failure: there is none (exit 2); the nearest is told.
    """
    wanted = path.strip(".").replace("[]", "").split(".")
    matching_keys = [key for steps, key in every() if _is(steps, wanted)]
    if not matching_keys:
        near = difflib.get_close_matches(path, list(dict.fromkeys(key.path for _, key in every())), n=1)
        raise Failure(
            f"the spec has no key `{path}`", remedy=f"Did you mean `{near[0]}`?" if near else "`mlops-spec schema`"
        )
    return matching_keys


def every() -> Iterator[tuple[tuple[str, ...], Key]]:
    """Every key with its steps, sections before what is in them: of the spec, then of `[tool.mlops-spec]`."""
    yield from _below((), shape.root(), frozenset())
    yield TABLE, _key(TABLE, "", _SHARED, required=False)
    yield from _below(TABLE, _SHARED, frozenset())


def page(key: Key) -> str:
    """A key's page as text."""
    told = [f"{key.path} ({key.takes}{', required' if key.required else ''})", *([key.of] if key.of else []), key.about]
    if not key.required:
        told.append(f"Default: {_yaml(key.default) if key.default not in (None, '') else 'none'}")
    told.append("Example:\n\n" + _indented(_example(key)))
    if key.keys:
        width = max(len(name) for name, _ in key.keys)
        told.append("Keys:\n\n" + _indented("\n".join(f"{name:{width}}  {about}" for name, about in key.keys)))
    return "\n\n".join(told) + "\n"


def _example(key: Key) -> str:
    *above, name = key.path.split(".")
    if tuple(key.path.split(".")[: len(TABLE)]) != TABLE:
        return yaml.safe_dump({name: key.example}, sort_keys=False)
    if len(above) < len(TABLE):
        return f"[{key.path}]\n" + "\n".join(f"{each} = {toml.written(value)}" for each, value in key.example.items())
    return f"[{'.'.join(above)}]\n{name} = {toml.written(key.example)}"


def as_data(key: Key) -> dict[str, Any]:
    """The page for programs."""
    return key._asdict() | {"keys": dict(key.keys)}


def _below(steps: tuple[str, ...], schema: Schema, seen: frozenset[int]) -> Iterator[tuple[tuple[str, ...], Key]]:
    kinds = shape.alternatives(schema)
    several = sum("properties" in kind for kind in kinds) > 1
    for branch in kinds:
        if id(branch) in seen:
            continue
        inner = seen | {id(branch)}
        of = (
            f"Of the kind `{_discriminator(branch)}`: {branch['description']}"
            if several and "properties" in branch
            else ""
        )
        for name, field in branch.get("properties", {}).items():
            required = name in branch.get("required", ())
            yield (*steps, name), _key((*steps, name), of, field, required=required)
            yield from _below((*steps, name), field, inner)
        if isinstance(values := branch.get("additionalProperties"), dict):
            yield from _below((*steps, _ANY), values, inner)
        if "items" in branch:
            yield from _below(steps, branch["items"], inner)


def _key(steps: tuple[str, ...], of: str, field: Schema, *, required: bool) -> Key:
    alternatives = [part for branch in shape.alternatives(field) for part in (branch, *_item_schemas(branch))]
    sections = [part for part in alternatives if "properties" in part]
    if len(sections) > 1:
        keys = {_discriminator(part): part["description"] for part in sections}
    else:
        keys = {name: _about(inner) for part in sections for name, inner in part["properties"].items()}
    default = field.get("default", "those of its keys" if sections and not required and "$ref" in field else None)
    shown = example(field)
    return Key(".".join(steps), of, _about(field), _takes(field), required, default, shown, tuple(keys.items()))


def _discriminator(kind: Schema) -> str:
    told = shape.told_by(kind)
    return f"{told[0]}: {told[1]}" if told is not None else str(_shown_keys(kind)[0])


def _item_schemas(schema: Schema) -> list[Schema]:
    inner = schema.get("items") or schema.get("additionalProperties")
    return shape.alternatives(inner) if isinstance(inner, dict) else []


def _about(field: Schema) -> str:
    descriptions = [field.get("description"), *(branch.get("description") for branch in shape.alternatives(field))]
    return next((str(each) for each in descriptions if each), "")


def _takes(field: Schema) -> str:
    return " or ".join(dict.fromkeys(filter(None, map(_kind, shape.alternatives(field)))))


def _kind(schema: Schema) -> str:
    if "enum" in schema or "const" in schema:
        return " | ".join(map(_yaml, schema.get("enum", [schema.get("const")])))
    match schema.get("type"):
        case "null":
            return ""
        case "array":
            return f"list of {_takes(schema.get('items', {}))}"
        case "object":
            return "section" if "properties" in schema else "map by name"
        case "string":
            return str(schema.get("patternErrorMessage") or "text")
        case kind:
            return f"{kind}{_bounds(schema)}"


def _bounds(schema: Schema) -> str:
    words = {"minimum": "from", "exclusiveMinimum": "above", "maximum": "to", "exclusiveMaximum": "below"}
    return "".join(f" {word} {schema[name]}" for name, word in words.items() if name in schema)


def example(field: Schema) -> Any:
    """A value that the schema takes: what it gives as an example, its default, or one made of what it requires."""
    if field.get("examples"):
        return field["examples"][0]
    if field.get("default") not in (None, "", [], {}):
        return field["default"]
    branch = next(each for each in shape.alternatives(field) if each.get("type") != "null")
    for words in ("examples", "enum"):
        if branch.get(words):
            return branch[words][0]
    return branch["const"] if "const" in branch else _made(branch)


def _made(branch: Schema) -> Any:
    match branch.get("type"):
        case "array":
            return [example(branch["items"])]
        case "object" if "properties" in branch:
            return {name: example(branch["properties"][name]) for name in _shown_keys(branch)}
        case "object":
            return {_name_of(branch): example(branch["additionalProperties"])}
        case "boolean":
            return True
        case kind:
            return {"integer": 1, "number": 1.0}.get(str(kind), "text")


def _shown_keys(section: Schema) -> Sequence[str]:
    return section.get("required") or list(section["properties"])[:1]


def _name_of(map_: Schema) -> str:
    names = map_.get("propertyNames", {}).get("examples")
    return str(names[0]) if names else "age"


def _is(steps: Sequence[str], wanted: Sequence[str]) -> bool:
    return len(steps) == len(wanted) and all(a in (b, _ANY) for a, b in zip(steps, wanted, strict=True))


def _yaml(value: Any) -> str:
    text: str = yaml.safe_dump(value, default_flow_style=True, width=1000)
    return text.removesuffix("\n").removesuffix("\n...")


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.rstrip().splitlines())
