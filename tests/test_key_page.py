"""Every key of the spec has a description, a default and an example that the schema takes, and `explain` shows them."""

from __future__ import annotations

import json
import textwrap
from typing import Any

import jsonschema
import pytest
import yaml

from mlops_spec.cli import program
from mlops_spec.errors import Failure
from mlops_spec.lint import key_page
from mlops_spec.spec import schema
from mlops_spec.spec.shared import Shared
from mlops_spec.validate.project import read_shared

SCHEMA = schema.generate()
KEYS = [key for _, key in key_page.every()]


def fields() -> list[Any]:
    """Each field of each section: name and schema, and whether it is required."""
    return [
        pytest.param(field, name in section.get("required", ()), id=f"{title}.{name}")
        for title, section in [("Spec", SCHEMA), *SCHEMA["definitions"].items()]
        for name, field in section.get("properties", {}).items()
    ]


@pytest.mark.parametrize(("field", "required"), fields())
def test_a_key_has_a_description_a_default_and_an_example_that_it_takes(field: dict[str, Any], required: bool) -> None:
    assert key_page._about(field)
    assert (
        required or "default" in field or {"$ref", "oneOf"} & set(field) or field.get("type") in {"array", "object"}
    )  # empty
    whole = {"$schema": SCHEMA["$schema"], "definitions": SCHEMA["definitions"], **field}
    jsonschema.validate(key_page.example(field), whole)


def test_no_example_is_a_stopgap() -> None:
    """One that is made of nothing but a type tells nobody what would be right."""
    stopgaps = [key.path for key in KEYS if key.example in ("text", ["text"]) or key.example == {"age": "text"}]

    assert stopgaps == []


def test_every_key_of_the_schema_has_a_path() -> None:
    names = {name for section in (SCHEMA, *SCHEMA["definitions"].values()) for name in section.get("properties", {})}
    names.add("mlops-spec")  # the table of what models share

    assert {key.path.rpartition(".")[2] for key in KEYS} == names
    assert len(KEYS) > 150


@pytest.mark.parametrize(
    "path", ["train.format", "gates.max_drop", "data.contract.columns.age.max", "gates", "serve.contract"]
)
def test_a_page_is_found_by_its_path(path: str, capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.argv", ["mlops-spec", "explain", path])

    assert program() == 0
    shown = capsys.readouterr().out
    (key,) = key_page.find(path)
    assert key.about in shown
    assert shown.split("\n")[0].startswith(key.path)
    example = shown.split("Example:\n\n")[1].split("\n\n")[0]
    assert yaml.safe_load(example) == {path.rpartition(".")[2]: key.example}


@pytest.mark.parametrize("path", ["tool.mlops-spec", "tool.mlops-spec.branch", "tool.mlops-spec.environments"])
def test_what_models_share_has_pages_whose_examples_hold(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    (key,) = key_page.find(path)

    example = key_page.page(key).split("Example:\n\n")[1].split("\n\n")[0]

    assert isinstance(read_shared("pyproject.toml", textwrap.dedent(example).encode()), Shared)


def test_a_key_of_several_kinds_tells_each(capsys: pytest.CaptureFixture[str], monkeypatch: Any) -> None:
    monkeypatch.setattr("sys.argv", ["mlops-spec", "explain", "gates.max", "--format", "json"])

    assert program() == 0
    of = [page["of"] for page in json.loads(capsys.readouterr().out)]
    assert [each.split("`")[1] for each in of] == ["metric", "slice", "weak_slices", "fairness"]


def test_an_unknown_key_gets_the_nearest() -> None:
    with pytest.raises(Failure) as refused:
        key_page.find("train.formt")

    assert (refused.value.exit_code, refused.value.remedy) == (2, "Did you mean `train.format`?")
