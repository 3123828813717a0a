"""Findings as text, JSON, SARIF and annotations: what machines read is held to their own descriptions."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from mlops_spec.document.diagnostic import Diagnostic, Edit, Kind, Span
from mlops_spec.lint.report import Run, chosen, report
from mlops_spec.lint.specs import PAGES, lint_content
from mlops_spec.words.visible import visible

ERR = Path(__file__).parent.parent / "specs" / "err"
NAMES = [file.stem for file in sorted(ERR.glob("*.yaml"))]
KIND = Kind("MS203", "inverted-bound")
HOSTILE = "a\n::error::b%0A\x1b[31m\u202e, c: d"


def run_of(name: str) -> Run:
    file = ERR / f"{name}.yaml"
    return Run(lint_content(file.name, file.read_bytes(), date(2026, 11, 23)), [file.name], len(PAGES))


def one(**changes: object) -> Run:
    given = {"file": "model.yaml", "span": Span(3, 5, 3, 8), "kind": KIND, "message": "it is wrong", "hint": "right it"}
    return Run([Diagnostic(**{"source": "    max: 0.75", **given, **changes})], ["model.yaml"], 9)  # type: ignore[arg-type]


def test_text_shows_the_line_a_caret_and_what_would_be_right() -> None:
    assert report(one(edits=(Edit(0, 3, "min"),)), "text") == (
        "model.yaml:3:5: error[MS203] it is wrong\n"
        "  |\n"
        "3 |     max: 0.75\n"
        "  |     ^^^ right it  (mlops-spec lint --fix changes it)\n"
        "\n"
        "1 error, 1 fixable · 9 rules · model.yaml\n"
    )


def test_text_is_coloured_only_when_asked() -> None:
    coloured = report(one(), "text", colour=True)

    assert "\x1b[31merror[MS203]\x1b[0m" in coloured
    assert re.sub(r"\x1b\[\d+m", "", coloured) == report(one(), "text")


def test_the_caret_stands_under_wide_letters() -> None:
    lines = report(one(source='  日本: "x"', span=Span(1, 7, 1, 10)), "text").splitlines()

    assert lines[2] == '1 |   日本: "x"'
    assert lines[3].startswith("  |" + " " * 9 + "^^^ ")


def test_a_long_line_is_cut_around_its_place() -> None:
    source = "x" * 300 + "HERE" + "y" * 300
    lines = report(one(source=source, span=Span(1, 301, 1, 305)), "text").splitlines()

    assert len(lines[2]) < 120
    assert lines[2].index("HERE") == lines[3].index("^^^^")


def test_the_summary_counts() -> None:
    assert report(Run([], ["model.yaml"], 9), "text") == "no errors · 9 rules · model.yaml\n"
    both = Run([*one().found, *one(kind=Kind("MS9", "x", "warning")).found], ["a", "b"], 9)
    assert report(both, "text").splitlines()[-1] == "1 error, 1 warning · 9 rules · 2 files"


@pytest.mark.parametrize("style", ["text", "github", "json", "sarif"])
def test_nothing_from_a_file_steers_the_reader(style: str) -> None:
    run = one(file=f"{HOSTILE}.yaml", message=HOSTILE, hint=HOSTILE, source=HOSTILE)

    said = report(run, style)

    assert "\x1b" not in said
    assert "\n::error::b" not in said
    if style in ("text", "github"):
        assert all(line.startswith("::error ") for line in said.splitlines() if line.startswith("::"))


def test_github_escapes_as_the_runner_unescapes() -> None:
    assert report(one(message="100 %\nmore", file="a,b:c.yaml", hint=""), "github") == (
        "::error file=a%2Cb%3Ac.yaml,line=3,endLine=3,col=5,endColumn=8,title=MS203 inverted-bound::100 %25\\nmore\n"
    )


def test_json_has_the_keys_that_tools_rely_on() -> None:
    (found,) = json.loads(report(one(), "json"))

    assert found == {
        "file": "model.yaml",
        "line": 3,
        "column": 5,
        "end_line": 3,
        "end_column": 8,
        "code": "MS203",
        "name": "inverted-bound",
        "severity": "error",
        "message": "it is wrong; right it",
    }


@pytest.mark.quick(*NAMES[::6])
@pytest.mark.parametrize("name", NAMES)
def test_every_sarif_report_follows_the_published_schema(name: str, sarif: jsonschema.Draft7Validator) -> None:
    log = json.loads(report(run_of(name), "sarif"))

    sarif.validate(log)
    (run,) = log["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert run["results"]
    assert all(ids[result["ruleIndex"]] == result["ruleId"] for result in run["results"])


def test_the_published_schema_refuses_what_is_no_sarif(sarif: jsonschema.Draft7Validator) -> None:
    log = json.loads(report(one(), "sarif"))
    log["runs"][0]["results"][0]["level"] = "fatal"

    assert not sarif.is_valid(log)


@pytest.fixture(scope="module")
def sarif() -> jsonschema.Draft7Validator:
    schema = Path(__file__).parent / "sarif-schema-2.1.0.json"
    return jsonschema.Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))


def test_auto_is_github_under_actions_and_text_elsewhere() -> None:
    assert chosen("auto", {"GITHUB_ACTIONS": "true"}) == "github"
    assert chosen("auto", {}) == "text"
    assert chosen("json", {"GITHUB_ACTIONS": "true"}) == "json"


def test_visible_leaves_what_shows_itself() -> None:
    assert visible("größe 日本 🙂 ok") == "größe 日本 🙂 ok"
    assert visible("\udcff\0\u202e") == r"\udcff\x00\u202e"
