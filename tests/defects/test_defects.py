"""Every seeded defect is found, as what it is and on its line; and nothing is found where there is none."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.lint.specs import lint_text
from mlops_spec.lint.workflows import lint_workflows
from mlops_spec.outputs.rendered import rendered
from mlops_spec.platforms.github.workflow.files import files
from mlops_spec.rules.pages import PAGES
from mlops_spec.rules.registry import rules
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Diagnostic

HERE = Path(__file__).parent
REPOSITORIES = HERE.parent / "render"
DAY = date(2026, 11, 23)
CLEAN = ("attested", "full", "minimal", "travels")

# Changes of a clean spec that leave it clean; each is taken or not.
HARMLESS = {
    "resamples: 1000": "resamples: 5000",
    "confidence: 0.95": "confidence: 0.99",
    "seed: 7": "seed: 2026",
    "timeout: 30m": "timeout: 5h",
    "runner: ubuntu-24.04": "runner: ubuntu-24.04-arm",
    "min: 0.76": "min: 0.81",
    "max: 0.03": "max: 0.05",
    "soak: 1h": "soak: 2d",
    "canary: [10, 50]": "canary: [5, 10, 25, 50]",
    'schedule: "17 6 * * *"': 'schedule: "42 5 * * MON-FRI"',
    "open: pull-request": "open: issue",
    "predictions: 400d": "predictions: 1000d",
    '"@acme/credit"': '"@acme/credit", "@acme/board"',
    "bins: [0, 25, 40, 120]": "bins: [18, 30, 50, 70, 120]",
    "path: data/credit_default.csv": 'path: {import: "s3://acme/rows.csv", version: v7}',
}


def linted(repository: Path, spec: Path, changed: dict[str, str]) -> list[Diagnostic]:
    """What is wrong with a repository in which some files have other texts."""
    text = changed.pop("model.yaml", None) or spec.read_text(encoding="utf-8")
    found = files(repository) | {name: content.encode() for name, content in changed.items()}
    in_workflows = itertools.chain.from_iterable(lint_workflows("", found, text.encode()).values())
    return [*lint_text("model.yaml", text, DAY), *in_workflows]


def test_a_defect_is_found_as_what_it_is_and_where(defect: Any) -> None:
    found = linted(defect.root, defect.spec, {defect.file: defect.text, **defect.besides})

    told = {(each.file, each.kind.code, each.span.line) for each in found}
    assert (defect.where or defect.file, defect.code, defect.line) in told, told
    assert {code for _, code, _ in told} <= {defect.code, *defect.also}


def test_the_repositories_that_defects_are_seeded_in_are_clean() -> None:
    for name in CLEAN:
        folder = REPOSITORIES / name
        assert [str(each) for each in linted(folder / "expected", folder / "model.yaml", {})] == []


@pytest.mark.quick("every pair")
@pytest.mark.parametrize("count", [1, 200], ids=["every pair", "two hundred"])
def test_nothing_is_found_in_the_workflows_of_variants(variants_of: Any, tmp_path: Path, count: int) -> None:
    documents = [variants_of.document(positions) for positions in variants_of.pairwise(count)]
    told = []
    for document in documents:
        texts = rendered(tmp_path, Spec.model_validate(document))
        found = {str(path): text.encode() for path, text in texts.items() if path.parent.name == "workflows"}
        linted_ = lint_workflows("", found, yaml.safe_dump(document).encode())
        assert linted_.keys() == found.keys()  # none was passed by
        told += [str(each) for part in linted_.values() for each in part]

    assert told == []
    assert len(documents) >= count


def test_nothing_is_found_in_two_hundred_variants_of_a_clean_spec() -> None:
    text = (REPOSITORIES / "full" / "model.yaml").read_text(encoding="utf-8")
    choice = random.Random(2026)
    variants = set()
    for _ in range(220):
        variant = text
        for old, new in HARMLESS.items():
            variant = variant.replace(old, new) if choice.random() < 0.5 else variant
        variants.add(variant)

    assert all(old in text for old in HARMLESS)
    assert len(variants) >= 200
    assert [str(each) for variant in variants for each in lint_text("model.yaml", variant, DAY)] == []


def test_the_corpus_is_large_and_has_every_rule_over_workflows(all_defects: list[Any]) -> None:
    codes = Counter(defect.code for defect in all_defects)
    names = [(defect.file == "model.yaml", defect.id) for defect in all_defects]

    assert len(all_defects) >= 200
    assert len(set(names)) == len(names)
    assert {page.CODE for page in rules("workflows")} <= codes.keys()
    assert codes.keys() <= {page.CODE for page in PAGES}
