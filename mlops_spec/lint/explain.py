"""The page of a rule as it is shown: its sections, and what the linter says to its *Bad*."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import did_you_mean
from mlops_spec.errors import Failure
from mlops_spec.lint.example import whole_workflow, workflow_files
from mlops_spec.lint.report import Run
from mlops_spec.lint.report.text import report
from mlops_spec.lint.repository import lint_repository
from mlops_spec.lint.specs import lint_text
from mlops_spec.lint.workflows import lint_workflows
from mlops_spec.repository.example import described
from mlops_spec.rules.page import parts
from mlops_spec.rules.pages import PAGES
from mlops_spec.rules.registry import rules

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.document.diagnostic import Diagnostic
    from mlops_spec.rules.rule import Page

#: The day on which the pages' examples are judged.
DAY = date(2026, 11, 23)

# The smallest whole spec; a page's example replaces the sections that it shows.
_REST = {
    "spec": "spec: 1",
    "model": "model: example",
    "task": "task: binary-classification",
    "owners": 'owners: ["@acme/team"]',
    "data": "data:\n  path: data/rows.csv\n  target: label\n  id: id",
    "train": "train:\n  run: python -m example.train\n  predictor: example.predict:load",
    "gates": "gates:\n  - metric: roc_auc\n    min: 0.75",
}

_WORKFLOW = ".github/workflows/release.yml"
_ENVIRONMENTS = (
    "environments:\n  staging: {after: merge}\n  production: {after: staging}\ngovernance: {merge_queue: true}"
)


def find(word: str) -> Page:
    """The page of a code or a name, in any case; Failure with the nearest when there is none."""
    for page in PAGES:
        if word.upper() == page.CODE or word.lower() == page.NAME:
            return page
    known = [name for page in PAGES for name in (page.CODE, page.NAME)]
    raise Failure(f"no rule is called `{word}`", remedy=did_you_mean(word, known) or "`mlops-spec explain` lists them")


def explain(page: Page) -> str:
    """The page as text."""
    part = parts(page)
    told = [f"{page.CODE} {page.NAME} ({page.SEVERITY})", part.claim, part.why]
    if part.bad:
        told += [
            f"Bad:\n\n{_indented(part.bad)}",
            _indented(output(page, part.bad)),
            f"Good:\n\n{_indented(part.good)}",
        ]
    told.append(f"Fix: {part.fix}")
    if not page.CODE.startswith(("MS0", "MS9")) or page.SEVERITY == "warning":
        told.append(f"Where it is right as it is: # mlops-spec: ignore[{page.CODE}] and why")
    return "\n\n".join(told) + "\n"


def overview() -> str:
    """Every code with its name and its claim."""
    width = max(len(page.NAME) for page in PAGES)
    return "".join(f"{page.CODE}  {page.NAME:{width}}  {parts(page).claim}\n" for page in PAGES)


def as_data(page: Page) -> dict[str, str]:
    """The page for programs."""
    return {"code": page.CODE, "name": page.NAME, "severity": page.SEVERITY, **parts(page)._asdict()}


def whole(snippet: str) -> str:
    """A page's example as a whole spec: the example first, so that its lines have the numbers that are told."""
    shown = {line.split(":")[0] for line in snippet.splitlines() if line[:1].isalpha()}
    rest = [text for section, text in _REST.items() if section not in shown]
    return "\n".join([snippet, *rest, ""])


def linted(page: Page, snippet: str) -> Sequence[Diagnostic]:
    """What the linter finds in a page's example."""
    if page in rules("repository"):
        spec, around, beside = described(snippet, whole)
        found = lint_repository("model.yaml", spec, around, DAY, beside)
        return sorted([*lint_text("model.yaml", spec, DAY, beside.shared), *found])
    if page not in rules("workflows"):
        return lint_text("model.yaml", whole(snippet), DAY)
    first, others = workflow_files(snippet)
    files = {_WORKFLOW: whole_workflow(first).encode(), **others}
    return lint_workflows("", files, whole(_ENVIRONMENTS).encode(), meant=[_WORKFLOW])[_WORKFLOW]


def output(page: Page, snippet: str) -> str:
    """What the linter says to an example."""
    name = _WORKFLOW if page in rules("workflows") else "model.yaml"
    return report(Run(linted(page, snippet), (name,), len(PAGES))).rpartition("\n\n")[0]


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
