"""Every rule: its page is whole, its examples are run, its fix is the one that the page promises."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlops_spec.lint.explain import DAY, explain, find, linted, output, overview, whole
from mlops_spec.lint.fix import fixed
from mlops_spec.lint.specs import lint_text
from mlops_spec.platforms.github.workflow.jobs import Reading
from mlops_spec.repository.view import Surroundings
from mlops_spec.rules import registry
from mlops_spec.rules.page import parts
from mlops_spec.rules.pages import PAGES
from mlops_spec.rules.registry import SUBJECTS, pages, rules

if TYPE_CHECKING:
    from mlops_spec.rules.rule import Page

FOLDER = Path(inspect.getfile(registry)).parent
UNSHOWN = {"MS000"}  # a page of YAML can't show bytes that are not text
SHOWN = [page for page in PAGES if page.CODE not in UNSHOWN]
OF_SPECS = [page for page in SHOWN if page not in (*pages("workflows"), *pages("repository"))]


def codes(page: Page, snippet: str) -> set[str]:
    return {found.kind.code for found in linted(page, snippet)}


def name_of(page: Page) -> str:
    return page.NAME


def test_a_page_is_called_as_its_file() -> None:
    folders = (FOLDER / name for name in SUBJECTS)
    files = {file.stem.replace("_", "-") for folder in folders for file in folder.glob("*.py")}
    files -= {"--init--"}
    names = [page.NAME for page in PAGES]

    assert sorted(names) == sorted(files)
    assert len(set(names)) == len(names)


def test_pages_without_a_check_are_those_of_reading_and_ignoring() -> None:
    unchecked = {page.CODE for page in PAGES} - {rule.CODE for subject in SUBJECTS for rule in rules(subject)}

    assert sorted(unchecked) == [*(f"MS00{number}" for number in range(9)), "MS901", "MS902", "MS903"]


def test_the_rules_of_one_subject_are_loaded_without_the_others() -> None:
    script = "from mlops_spec.rules.registry import rules; import sys; rules('shape'); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout.split()

    others = tuple(f"mlops_spec.rules.{subject}" for subject in SUBJECTS if subject != "shape")
    assert "mlops_spec.rules.shape.shared_output" in loaded
    assert not [name for name in loaded if name.startswith(others)]


def test_codes_are_unique_and_in_order() -> None:
    found = [page.CODE for page in PAGES]

    assert found == sorted(set(found))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_page_says_what_why_and_how_to_fix(page: Page) -> None:
    said = parts(page)

    assert said.claim.endswith(".")
    assert "\n" not in said.claim
    assert len(said.why) > 60
    assert said.fix.endswith(".")
    assert bool(said.bad) == (page.CODE not in UNSHOWN)


@pytest.mark.parametrize("page", SHOWN, ids=name_of)
def test_bad_is_found_as_this_and_nothing_else(page: Page) -> None:
    assert codes(page, parts(page).bad) == {page.CODE}


@pytest.mark.parametrize("page", SHOWN, ids=name_of)
def test_good_is_silent_under_all_rules(page: Page) -> None:
    assert codes(page, parts(page).good) == set()


@pytest.mark.parametrize("page", SHOWN, ids=name_of)
def test_a_page_promises_a_fix_exactly_when_there_is_one(page: Page) -> None:
    found = linted(page, parts(page).bad)

    assert any(each.edits for each in found) == ("mlops-spec lint --fix" in parts(page).fix)


@pytest.mark.parametrize("page", OF_SPECS, ids=name_of)
def test_a_fix_ends_the_finding_and_is_not_repeated(page: Page) -> None:
    bad = whole(parts(page).bad)

    right, count = fixed(bad, lambda text: lint_text("model.yaml", text, DAY))

    left = lint_text("model.yaml", right, DAY)
    assert [each for each in left if each.edits] == []
    assert (right == bad) == (count == 0)
    assert not count or page.CODE not in {each.kind.code for each in left}


@pytest.mark.parametrize("rule", [rule for subject in SUBJECTS for rule in rules(subject)], ids=name_of)
def test_a_rule_asks_for_what_it_is_shown(rule: Page) -> None:
    asked = inspect.signature(rule.check).parameters  # type: ignore[attr-defined]
    there = inspect.get_annotations(Reading if rule in rules("workflows") else Surroundings)

    assert asked
    assert {name: there.get(name) for name in asked} == {name: given.annotation for name, given in asked.items()}


def test_explain_shows_the_page_with_what_the_linter_says() -> None:
    page = find("ms203")
    text = explain(page)

    assert text.startswith("MS203 inverted-bound (error)\n")
    assert "model.yaml:3:5: error[MS203] `roc_auc` is judged by `max`, but more is better" in text
    assert "ignore[MS203]" in text
    assert find("inverted-bound") is page


def test_the_overview_has_a_line_for_each_code() -> None:
    assert [line.split()[0] for line in overview().splitlines()] == [page.CODE for page in PAGES]


def test_the_rule_that_contributing_shows_is_a_rule() -> None:
    shown = (Path(__file__).parent.parent / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")

    assert f"```python\n{(FOLDER / 'spec' / 'unowned_model.py').read_text(encoding='utf-8')}```" in shown


def test_the_folders_readme_is_what_the_pages_say(update: bool) -> None:
    readme = FOLDER / "README.md"
    if update:
        readme.write_text(readme_text(), encoding="utf-8")

    assert readme.read_text(encoding="utf-8") == readme_text(), "stale: run pytest tests/test_rules.py --update"


def readme_text() -> str:
    head = (
        "# Rules\n\nWritten by `pytest tests/test_rules.py --update` from the rules' docstrings: to change this page, "
        "change those.\n\n"
    )
    rows = "".join(f"| [{page.CODE}](#{page.CODE.lower()}-{page.NAME}) | {parts(page).claim} |\n" for page in PAGES)
    return head + "| code | what holds |\n|---|---|\n" + rows + "".join(map(_section, PAGES))


def _section(page: Page) -> str:
    said = parts(page)
    examples = ""
    if said.bad:
        answer = f"```text\n{output(page, said.bad)}\n```"
        examples = f"```yaml\n{said.bad}\n```\n\n{answer}\n\nGood:\n\n```yaml\n{said.good}\n```\n\n"
    return f"\n## {page.CODE} {page.NAME}\n\n{said.claim}\n\n{said.why}\n\n{examples}Fix: {said.fix}\n"
