"""The JSON Schema that editors read, and the shape check, say the same."""

from __future__ import annotations

import copy
import json
import random
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from mlops_spec.document import Document
from mlops_spec.document.parse import parse
from mlops_spec.spec import Spec, schema

ROOT = Path(__file__).parent.parent
CHECKED_IN = ROOT / "mlops_spec" / "schema.json"
CASES = 12_000
CHUNKS = 24

# What YAML may put anywhere, ordinary and not.
VALUES: list[Any] = [
    *(None, True, False, 0, 1, -1, 7, 2**32, 10**15, 0.0, 0.5, 0.25, 1.0, 1.5, -0.5, 1e-300, 1e300),
    *("", " ", "a", "roc_auc", "sex", "production", "merge", "hash", "all", "1", "true", "30m", "0m", "1.5h", "50MB"),
    *(
        "@acme/risk",
        "@a b",
        "acme",
        "a/b.csv",
        "../a",
        "/a",
        "a//b",
        "a/",
        ".x",
        "a.b:c",
        "a:b",
        "x.y",
        "Größe",
        "日本",
        *(
            "a/..",
            "a/../b",
            "-a",
            "a\\b",
            ".git",
            ".GIT/x",
            "a/.git",
            ".gitignore",
            ".github/x",
            "..git",
            ".g",
            ".gi/t",
        ),
    ),
    *("2027-01-31", "2027-02-30", "27-1-31", "17 6 * * *", "* * *", "127.0.0.1:8080", "999.0.0.1:1", "localhost:65536"),
    *("${x}", "$", "$$", "a$", "{", "${", "two\nlines", "end\n", "\x07", "\u202e", "a" * 70, "a" * 600),
    *([], [1], ["a"], ["a", "a"], [[]], [None], [0, 1], {}, {"a": 1}, {"min": 0}, {"max": 0.5}, {"import": "s3://b/k"}),
    *({"import": f"s3://b/{name}"} for name in ("..", "k/", ".git", "k?v=1", ".x", "a b", "a\\b", "..x", "$k")),
    *(
        {"metric": "f1", "min": 0.5},
        {"slice": "a", "metric": "f1"},
        {"name": "own", "run": "a:b", "direction": "higher"},
    ),
    *({"size": {"max": "1MB"}}, {"metric": "f1", "champion": "p"}, {"fairness": "x", "by": ["a"]}),
]
KEYS = [
    "min",
    "max",
    "metric",
    "by",
    "run",
    "x",
    "",
    "on",
    "A b",
    "type",
    "champion",
    "size",
    "é",
    "${x}",
    "a" * 130,
    "a\n",
]


def data_of(name: str) -> dict[str, Any]:
    document = parse(name, (ROOT / "tests" / "specs" / "ok" / f"{name}.yaml").read_text(encoding="utf-8"))
    assert isinstance(document, Document)
    found: dict[str, Any] = document.data
    return found


FULL, MINIMAL = data_of("full"), data_of("minimal")


def test_the_checked_in_schema_is_the_models(update: bool) -> None:
    if update:
        CHECKED_IN.write_text(schema.text(), encoding="utf-8")

    assert CHECKED_IN.read_text(encoding="utf-8") == schema.text(), "stale: run pytest tests/test_schema.py --update"


def test_it_is_a_schema_of_draft_7() -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(schema.text()))


def test_every_key_of_a_section_says_what_it_means_or_is_plain(editor: jsonschema.protocols.Validator) -> None:
    definitions = editor.schema["definitions"]

    assert all("description" in definition for definition in definitions.values())
    sections = [definition for definition in definitions.values() if definition.get("type") == "object"]
    assert len(sections) > 30
    assert all(section["additionalProperties"] is False for section in sections)


@pytest.mark.quick("0", "1", "2", "3")
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_schema_and_shape_check_agree(chunk: int, editor: jsonschema.protocols.Validator) -> None:
    """Specs with one to three changes anywhere: some are still right, most are not, and both must see it alike."""
    verdicts = set()
    for seed in range(chunk * CASES // CHUNKS, (chunk + 1) * CASES // CHUNKS):
        data = changed(random.Random(seed))
        verdicts.add(has_shape(data))

        assert editor.is_valid(data) == has_shape(data), f"seed {seed}: {list(editor.iter_errors(data))}: {data}"
    assert verdicts == {True, False}


def has_shape(data: dict[str, Any]) -> bool:
    try:
        Spec.model_validate(data)
    except ValidationError:
        return False
    return True


def changed(chance: random.Random) -> dict[str, Any]:
    """The minimal spec with a few sections of the full one, changed in one to three places."""
    data = copy.deepcopy(MINIMAL)
    for section in chance.sample(sorted(FULL), 3):
        data[section] = copy.deepcopy(FULL[section])
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        change(chance, data)
    return data


def change(chance: random.Random, data: dict[str, Any]) -> None:
    holder = chance.choice(list(holders(data)))
    place: Any = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder))) if holder else None
    value = copy.deepcopy(chance.choice(VALUES))
    match chance.choice(("replace", "replace", "replace", "remove", "add", "rename")):
        case "replace" if holder:
            holder[place] = value
        case "remove" if holder:
            del holder[place]
        case "rename" if holder and isinstance(holder, dict):
            holder[chance.choice(KEYS)] = holder.pop(place)
        case _ if isinstance(holder, dict):
            holder[chance.choice(KEYS)] = value
        case _:
            holder.append(value)


def holders(data: Any) -> Any:
    """Every mapping and list in the data."""
    if isinstance(data, dict | list):
        yield data
        for each in data.values() if isinstance(data, dict) else data:
            yield from holders(each)


@pytest.fixture(scope="module")
def editor() -> jsonschema.protocols.Validator:
    """A validator that reads the schema as an editor does.

    Three things differ from the library's own reading: `$` in a pattern is the very end, as ECMA 262 has it; the format
    of a date is checked; and 1.0 is not an integer, which JSON can't tell but YAML can.
    """

    def pattern(validator: Any, wanted: str, instance: Any, schema: Any) -> Any:
        ends = re.sub(r"(?<!\\)(?<!\[\^)(?<!\\\+)\$(?=$|\)|\|)", r"\\Z", wanted)
        if isinstance(instance, str) and not re.search(ends, instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match {wanted!r}")

    integer = jsonschema.Draft7Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, instance: isinstance(instance, int) and not isinstance(instance, bool)
    )
    reader = jsonschema.validators.extend(jsonschema.Draft7Validator, {"pattern": pattern}, type_checker=integer)
    found: jsonschema.protocols.Validator = reader(
        json.loads(CHECKED_IN.read_text(encoding="utf-8")), format_checker=jsonschema.FormatChecker(["date"])
    )
    return found
