"""act runs the rendered workflows: a copy in which two words are said otherwise, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops_spec.lint import load_spec
from mlops_spec.rehearse.translate import translate
from mlops_spec.render import rendered

SPECS = sorted((Path(__file__).parent.parent / "specs/ok").glob("*.yaml"))


def differences(before: Any, after: Any, at: str = "") -> list[str]:
    """The places in which two parsed files differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        missing = [f"{at}/{key} gone" for key in before if key not in after]
        new = [f"{at}/{key} new" for key in after if key not in before]
        shared = (differences(before[key], after[key], f"{at}/{key}") for key in before if key in after)
        return [*missing, *new, *(found for each in shared for found in each)]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [found for index, (a, b) in pairs for found in differences(a, b, f"{at}/{index}")]
    return [] if before == after else [f"{at}: {before} → {after}"]


@pytest.fixture(params=SPECS, ids=lambda path: path.stem)
def workflows(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    files = rendered(tmp_path, load_spec(request.param))
    found = {str(path): text for path, text in files.items() if "/workflows/" in f"/{path}"}
    assert len(found) >= 3
    return {path: text.decode() if isinstance(text, bytes) else text for path, text in found.items()}


def test_only_the_two_words_differ(workflows: dict[str, str]) -> None:
    found = {
        path: differences(*(yaml.load(text, Loader=yaml.CBaseLoader) for text in (original, translate(original))))
        for path, original in workflows.items()
    }

    allowed = {
        "/concurrency/queue gone",
        "/jobs/train/uses: $/.github/workflows/mlops-train.yml → ./.github/workflows/mlops-train.yml",
    }
    assert {difference for each in found.values() for difference in each} <= allowed
    assert found[".github/workflows/mlops-merge.yml"] == sorted(allowed)


def test_every_other_line_stays_as_it_is(workflows: dict[str, str]) -> None:
    for original in workflows.values():
        kept = [line for line in original.splitlines() if "queue: max" not in line]

        assert translate(original).replace("uses: ./.github", "uses: $/.github").splitlines() == kept


@pytest.mark.parametrize(
    "text",
    [
        "steps:\n  - run: |\n      queue: maximum\n",
        "steps:\n  - run: echo uses: $/.github/workflows/x.yml\n",
        "jobs:\n  queue:\n    runs-on: ubuntu-24.04\n",
        "env:\n  A: $/.github/workflows/x.yml\n",
    ],
)
def test_look_alikes_are_left_alone(text: str) -> None:
    assert translate(text) == text
