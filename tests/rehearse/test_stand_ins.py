"""The stand-ins take what the real actions take, under the same names and defaults, and do it on disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.pins import ACTIONS
from mlops_spec.rehearse import stand_ins

if TYPE_CHECKING:
    from pathlib import Path

PUBLISHED: dict[str, Any] = yaml.safe_load((stand_ins.FOLDER / "published.yaml").read_text())
FILES = sorted(stand_ins.FOLDER.rglob("action.yml"))


def stand_in(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((stand_ins.FOLDER / name / "action.yml").read_text())
    return loaded


def test_every_pinned_action_has_a_stand_in_of_the_same_version() -> None:
    pinned = {action.ref.partition("@")[0]: action.version for action in ACTIONS.values()}

    assert {str(file.parent.relative_to(stand_ins.FOLDER)) for file in FILES} == set(pinned)
    assert {name: about["version"] for name, about in PUBLISHED.items()} == pinned


@pytest.mark.parametrize("name", PUBLISHED)
def test_inputs_and_outputs_are_the_real_ones(name: str) -> None:
    action, real = stand_in(name), PUBLISHED[name]
    defaults = {key: declared["default"] for key, declared in action["inputs"].items() if "default" in declared}

    assert set(action["inputs"]) <= set(real["inputs"])
    assert set(action["outputs"]) <= set(real["outputs"])
    assert defaults == {key: real["inputs"][key] for key in defaults}
    # what has a default there must have it here, or be required, so that leaving it out means the same
    silent = {key for key in action["inputs"] if real["inputs"][key] and key not in defaults}
    assert all(action["inputs"][key].get("required") for key in silent)


@pytest.mark.parametrize("name", PUBLISHED)
def test_no_expression_stands_in_a_script(name: str) -> None:
    assert [step["run"] for step in stand_in(name)["runs"]["steps"] if "${{" in step["run"]] == []


def write(folder: Path, *steps: str) -> Path:
    lines = "".join(f"      - {step}\n" for step in steps)
    (folder / "w.yml").write_text(f"on: push\njobs:\n  one:\n    runs-on: ubuntu-24.04\n    steps:\n{lines}")
    return folder


def test_what_a_workflow_uses_is_found(tmp_path: Path) -> None:
    workflows = write(tmp_path, "run: true", f"uses: {ACTIONS['checkout'].ref}", "uses: ./.github/actions/own")

    assert stand_ins.used(workflows) == {ACTIONS["checkout"].ref: stand_ins.FOLDER / "actions/checkout"}


def test_an_action_without_a_stand_in_is_named(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"w.yml: the action acme/scan@v1 can't be rehearsed") as caught:
        stand_ins.used(write(tmp_path, "uses: acme/scan@v1"))

    assert caught.value.exit_code == Exit.CONFIG


def test_an_input_that_is_not_played_is_named(tmp_path: Path) -> None:
    step = json.dumps({"uses": ACTIONS["checkout"].ref, "with": {"submodules": "true"}})

    with pytest.raises(Failure, match="`submodules` of actions/checkout"):
        stand_ins.used(write(tmp_path, step))
