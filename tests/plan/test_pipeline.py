"""The stages that will run are those that DVC would run, each with its exact cause."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from dvc.repo import Repo
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_spec import model_folder
from mlops_spec.engines.dvc.declared import stages_of
from mlops_spec.engines.dvc.undeclared import forget
from mlops_spec.engines.files import LOCK
from mlops_spec.plan import Cause, Plan
from mlops_spec.plan.make import make_plan

Render = Callable[[Path], None]
STAGES = ("split", "features", "train", "evaluate", "package")


def spec(old: str, new: str) -> Callable[[Path], object]:
    """An edit of the spec."""

    def edit(root: Path) -> None:
        text = (root / model_folder.SPEC).read_text(encoding="utf-8")
        assert old in text
        (root / model_folder.SPEC).write_text(text.replace(old, new), encoding="utf-8")

    return edit


def put(name: str, text: str) -> Callable[[Path], object]:
    """A file written anew."""

    def edit(root: Path) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")

    return edit


def gone(name: str) -> Callable[[Path], object]:
    """A file removed."""
    return lambda root: (root / name).unlink()


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def own(plan: Plan) -> dict[str, list[Cause]]:
    """The stages that run by themselves, with the causes of their own."""
    causes = {stage.name: [each for each in stage.causes if each.kind != "after"] for stage in plan.stages}
    return {name: found for name, found in causes.items() if found}


CODE = ("features", "train", "evaluate", "package")
EDITS = {
    "a parameter": (
        spec("learning_rate: 0.00001", "learning_rate: 0.05"),
        {"train": [Cause("param", "train.params.learning_rate", "1e-05", "0.05")]},
    ),
    "a parameter that YAML 1.1 would take for the same": (
        spec('word: "yes"', "word: true"),
        {"train": [Cause("param", "train.params.word", "yes", "true")]},
    ),
    "one of a list": (
        spec("depth: [1, 2]", "depth: [1, 3]"),
        {"train": [Cause("param", "train.params.depth[1]", "2", "3")]},
    ),
    "a new parameter": (
        spec("depth: [1, 2]", "depth: [1, 2], more: 1"),
        {"train": [Cause("param", "train.params.more", None, "1")]},
    ),
    "another slice": (
        spec("slices: [sex]", "slices: [sex, id]"),
        {
            "evaluate": [Cause("param", "evaluate.slices", '["sex"]', '["sex", "id"]')],
            "package": [Cause("param", "evaluate.slices", '["sex"]', '["sex", "id"]')],
        },
    ),
    "a line of code": (
        put("src/tiny/train.py", "first = 1\nsecond = 3\nthird = 3\n"),
        {name: [Cause("input", "src/tiny/train.py", added=2, removed=1)] for name in CODE},
    ),
    "a new module that Git doesn't know": (
        put("src/tiny/new.py", "a = 1\nb = 2\n"),
        {name: [Cause("input", "src/tiny/new.py", added=2, removed=0)] for name in CODE},
    ),
    "a module with a name beyond ASCII": (
        put("src/tiny/größe.py", "name = 2\n"),
        {name: [Cause("input", "src/tiny/größe.py", added=1, removed=1)] for name in CODE},
    ),
    "a module removed": (
        gone("src/tiny/größe.py"),
        {name: [Cause("input", "src/tiny/größe.py", added=0, removed=1)] for name in CODE},
    ),
    "bytecode": (put("src/tiny/__pycache__/train.cpython-311.pyc", "x"), {}),
    "what only one stage reads": (
        put("settings/a.txt", "b\n"),
        {"features": [Cause("input", "settings/a.txt", added=1, removed=1)]},
    ),
    "data": (
        put("data/rows.csv", "id,sex,y\n1,f,0\n2,m,1\n3,f,1\n"),
        {
            "split": [
                Cause("input", "data/rows.csv", md5("id,sex,y\n1,f,0\n2,m,1\n"), md5("id,sex,y\n1,f,0\n2,m,1\n3,f,1\n"))
            ]
        },
    ),
    "what no stage reads": (put("README.md", "new\n"), {}),
    "a section that no stage reads": (spec("approvals: 1", "approvals: 2"), {}),
}


@pytest.mark.parametrize("name", EDITS)
def test_cause(root: Path, render: Render, name: str) -> None:
    edit, causes = EDITS[name]
    edit(root)
    render(root)

    assert own(make_plan(root)) == causes


@pytest.mark.quick("4")
@pytest.mark.parametrize("examples", [4, 60])
def test_agrees_with_dvc(released: Path, render: Render, examples: int) -> None:
    @settings(max_examples=examples)
    @given(names=st.sets(st.sampled_from(sorted(EDITS)), max_size=3))
    def agrees(names: set[str]) -> None:
        assert planned_and_dvc_s(released, render, names)

    agrees()


def planned_and_dvc_s(released: Path, render: Render, names: set[str]) -> bool:
    """Whether the plan after some edits names the stages that DVC names."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(released, Path(folder) / "tiny"))
        for name in sorted(names):
            EDITS[name][0](root)
        render(root)

        return set(own(make_plan(root))) == dvc_status(root)


def dvc_status(root: Path) -> set[str]:
    with contextlib.chdir(root), Repo() as repo:
        return {name for name in repo.status() if not name.endswith(".dvc")}


def test_nothing_changed(root: Path) -> None:
    assert dvc_status(root) == set()
    assert not any(stage.runs for stage in make_plan(root).stages)


def test_stages_run_after_what_they_read(root: Path) -> None:
    put("settings/a.txt", "b\n")(root)

    causes = {stage.name: stage.causes for stage in make_plan(root).stages}

    assert causes["split"] == ()
    assert causes["train"] == (Cause("after", "features"),)
    assert causes["evaluate"] == (Cause("after", "train"),)
    assert causes["package"] == (Cause("after", "train"),)


@pytest.mark.parametrize(
    ("edit", "cause"),
    [
        (spec("  seed: 7\n", ""), Cause("param", "train.seed", "7", None)),
        (spec("  reads: [build/features]\n", ""), Cause("input", "build/features", "there", None)),
    ],
    ids=["parameter", "input"],
)
def test_what_is_declared_no_more_is_a_cause_though_dvc_overlooks_it(
    root: Path, render: Render, edit: Callable[[Path], object], cause: Cause
) -> None:
    edit(root)
    render(root)

    assert cause in own(make_plan(root))["train"]
    assert "train" not in dvc_status(root)


@pytest.mark.parametrize("removed", ["  seed: 7\n", "  reads: [build/features]\n"], ids=["parameter", "input"])
def test_a_run_makes_dvc_see_it(root: Path, render: Render, removed: str) -> None:
    spec(removed, "")(root)
    render(root)
    before = yaml.safe_load((root / LOCK).read_text(encoding="utf-8"))["stages"]

    gone = forget(root / LOCK, stages_of(root))

    after = yaml.safe_load((root / LOCK).read_text(encoding="utf-8"))["stages"]
    assert "train" in gone
    assert after == {name: stage for name, stage in before.items() if name not in gone}
    assert set(gone) <= dvc_status(root)
    assert set(gone) == {name for name, causes in own(make_plan(root)).items() if causes}


def test_a_run_that_forgets_every_stage_starts_anew(root: Path) -> None:
    lock = root / LOCK
    reads_nothing = [replace(stage, reads=(), params=()) for stage in stages_of(root)]

    assert forget(lock, reads_nothing) == list(STAGES)
    assert dvc_status(root) == set(STAGES)


def test_a_run_forgets_nothing_of_what_is_as_it_was(root: Path) -> None:
    lock = root / LOCK
    before = lock.read_bytes()

    assert forget(lock, stages_of(root)) == []
    assert lock.read_bytes() == before
    assert forget(root / "no such lock", stages_of(root)) == []


def test_data_that_was_not_fetched_is_what_its_pointer_says(root: Path) -> None:
    gone("data/rows.csv")(root)

    assert own(make_plan(root)) == {}


def test_a_pointer_to_other_data_is_a_change_of_data(root: Path) -> None:
    gone("data/rows.csv")(root)
    pointer = root / "data/rows.csv.dvc"
    text = pointer.read_text(encoding="utf-8")
    before = text.split("md5: ")[1][:32]
    pointer.write_text(text.replace(before, "a" * 32), encoding="utf-8")

    assert own(make_plan(root)) == {"split": [Cause("input", "data/rows.csv", before, "a" * 32)]}


def test_without_a_release_all_stages_run_for_the_first_time(root: Path) -> None:
    tags = make_plan(root).base.release
    assert tags == "tiny@v1.10.0"
    shutil.rmtree(root / ".git/refs/tags")

    plan = make_plan(root)

    assert plan.base.release is None
    assert [(stage.name, stage.causes) for stage in plan.stages] == [(name, (Cause("first", name),)) for name in STAGES]


def test_the_spec_decides_before_it_is_rendered(root: Path) -> None:
    """A plan says what will be, not what the last render left."""
    spec("  seed: 7\n", "  seed: 8\n")(root)

    assert own(make_plan(root))["train"] == [Cause("param", "train.seed", "7", "8")]


def test_past_runs_tell_the_time(root: Path) -> None:
    put("settings/a.txt", "b\n")(root)

    plan = make_plan(root)

    assert (plan.seconds, plan.past_runs) == (160, 1)
