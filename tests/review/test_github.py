"""What a pull request writes stays text: by GitHub's own Markdown (cmark-gfm), and by what GitHub finds afterwards."""

from __future__ import annotations

import copy
import re
from html.parser import HTMLParser
from typing import Any

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from mlops_spec.monitor.alert import body
from mlops_spec.monitor.check import Check
from mlops_spec.plan import Base, Cause, FileChange, Plan, StagePlan, Touched
from mlops_spec.plan.markdown import as_markdown as plan_markdown
from mlops_spec.review.markdown import as_markdown
from mlops_spec.review.recompute import Trusted, review
from mlops_spec.review.report import Report
from mlops_spec.spec import Spec
from mlops_spec.spec.weakening import Weakening
from mlops_spec.words.markdown import block, code, html_code, prose

from .conftest import SPEC, honest
from .hostile import ALONE, TEXTS

_OPTIONS = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES | Options.CMARK_OPT_GITHUB_PRE_LANG
# What GitHub looks for in the text outside of code when Markdown is done with it.
_FOUND = re.compile(
    r"@[A-Za-z0-9]"  # people, teams
    r"|#\d|\bgh-\d|(?-i:\b[A-Z]{2,}-\w)"  # issues, advisories, others' tickets
    r"|\b[0-9a-f]{7,40}\b"  # commits
    r"|\$|\\\(|\\\["  # mathematics
    r"|:[a-z0-9_+-]+:"  # emoji
    r"|https?:|ftp:|www\.|mailto:|xmpp:",
    re.IGNORECASE | re.ASCII,
)
_OURS = {"ul", "li", "strong"} | {
    "h3",
    "p",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "code",
    "pre",
}


class _Read(HTMLParser):
    """Tags, and the text outside of code."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []
        self.inside = 0
        self.odd: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.inside += tag in {"code", "pre"}
        self.odd += [tag] * (tag not in _OURS)
        self.odd += [f"{tag} {name}" for name, _ in attrs if name not in {"lang", "align"}]

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag in {"code", "pre"}

    def handle_data(self, data: str) -> None:
        self.text += [] if self.inside else [data]

    def handle_comment(self, data: str) -> None:
        self.odd.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.odd.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.odd.append("instruction")

    def unknown_decl(self, data: str) -> None:
        self.odd.append("declaration")


def read(markdown: str) -> _Read:
    reader = _Read()
    reader.feed(cmarkgfm.github_flavored_markdown_to_html(markdown, _OPTIONS))
    reader.close()
    return reader


def acted_on(markdown: str) -> list[str]:
    """What is more than text; found per node, and over all of the text where nodes were joined."""
    found = read(markdown)
    return found.odd + [each for text in (*found.text, "".join(found.text)) for each in _FOUND.findall(text)]


def comment(record: dict[str, Any]) -> str:
    report = Report.model_validate(record)
    return as_markdown(report, review(report, Trusted(Spec.model_validate(SPEC), "2026-11-23", ())))


def in_field(place: str, text: str) -> str:
    record = copy.deepcopy(honest())
    text = text[:300]
    match place:
        case "failure":
            return comment(record | {"failure": text})
        case "drill":
            return comment(record | {"drill": {"attacks": 1, "passed": [{"gate": text, "attack": text}]}})
        case "column" | "value":
            record["slices"][0][place] = text
        case "slice" | "weak":
            kind = "slice" if place == "slice" else "weak_slices"
            record["gates"][6].update({"kind": kind, "verdict": "fail", "slice": text})
        case _:
            record["gates"][6].update({"verdict": "fail", place: text})
    return comment(record)


def in_plan(text: str) -> str:
    cause = Cause("param", text, before=text, after=text)
    return plan_markdown(
        Plan(
            model=text,
            base=Base(commit=None, release=None, problem=text),
            stages=(StagePlan(text, (cause,)),),
            files=(FileChange(text, "changed", 1, 1, stale=False),),
            gates=(Touched(text, "changed", (text,)),),
            gate_count=1,
            champions=(text,),
            environments=(Touched(text, "added"),),
            seconds=1.0,
            past_runs=1,
            weakened=(Weakening(text, text),),
            guardians=(text,),
        )
    )


FIELDS = ["id", "reason", "slice", "weak", "column", "value", "failure", "drill"]


def test_the_collection_is_large_and_hostile() -> None:
    """Bare, most of the texts are acted on; else what follows would show nothing."""
    assert len(ALONE) >= 200
    assert sum(bool(acted_on(text)) for text in TEXTS) > 150


@pytest.mark.quick("column", "failure")
@pytest.mark.parametrize("place", FIELDS)
def test_no_text_in_any_field_of_the_report_is_acted_on(place: str) -> None:
    structure = [tag for tag in read(in_field(place, "x.y")).tags if tag != "code"]
    for text in filter(None, ALONE):  # an empty text is none
        found = in_field(place, text)

        assert acted_on(found) == [], text
        assert [tag for tag in read(found).tags if tag != "code"] == structure, text


def folded(text: str) -> str:
    return f"<details><summary>By {html_code(text)}</summary>\n\na\n\n</details>"


@pytest.mark.parametrize("write", [code, prose, folded, block], ids=lambda write: write.__name__)
def test_each_way_of_writing_keeps_text_as_text(write: Any) -> None:
    for text in TEXTS:
        found = write(text)

        assert acted_on(found) == [], text
        assert write in (block, folded) or acted_on(f"### a {found} b") == [], text


def test_findings_of_the_monitor_are_text() -> None:
    for text in filter(None, ALONE):
        assert acted_on(body((Check(text, (text,), text), Check(text, (), text)))) == [], text


def test_no_text_in_a_plan_is_acted_on() -> None:
    for text in ALONE:
        assert acted_on(in_plan(text)) == [], text
