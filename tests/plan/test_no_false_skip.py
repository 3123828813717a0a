"""No model is skipped that DVC would run anew, and none is named too many, whatever the repository and the change."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mlops_spec.git import Git
from mlops_spec.plan import causes
from mlops_spec.plan.many import candidates, locks, objects
from mlops_spec.plan.many import make as planner
from mlops_spec.plan.many.locks import Locks
from mlops_spec.plan.many.work_tree import WorkTree, work_tree
from mlops_spec.plan.many.written import Written
from mlops_spec.plan.packages import package_causes
from tests.plan.repositories import (
    EACH,
    KINDS,
    Edit,
    World,
    affected_by_dvc,
    build,
    commit,
    copied,
    edit,
    edits,
    worlds,
)

# DVC's graph of a repository with several pipelines asks a trie for what it will not tell one day.
pytestmark = pytest.mark.filterwarnings("ignore:_NoneStep:DeprecationWarning")


def planned(root: Path, base: str) -> set[str]:
    """The models that train by the plan."""
    return {each.model for each in planner.make_plans(Git.open(root), base).affected if each.trains}


def both(released: Path, base: str, world: World, made: list[Edit], *, committed: bool) -> tuple[set[str], set[str]]:
    """What the plan says of some edits, and what DVC does."""
    with tempfile.TemporaryDirectory() as folder:
        root = copied(released, Path(folder))
        packages = edit(root, world, made)
        if committed:
            commit(root)
        return planned(root, base), affected_by_dvc(root, world, packages)


IDLE = ("new module", "readme", "approvals", "bytecode", "ruff")


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ([Edit(kind, place) for place, kind in enumerate(IDLE)], set()),
        ([Edit("shared module", 1), Edit("parameter", 3)], {"m0", "m3"}),
        ([Edit("settings", 0)], {"m0", "m2"}),
        ([Edit("package", 2), Edit("edited data", 3)], {"m1", "m3"}),
        ([Edit("edited data", 3)], {"m3"}),
    ],
    ids=["nothing", "code and parameters", "outputs of another", "packages and data", "data alone"],
)
def test_the_plan_names_what_dvc_would_run(each: tuple[Path, str], made: list[Edit], expected: set[str]) -> None:
    told, right = both(*each, EACH, made, committed=False)

    assert told == right == expected


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", range(4))
def test_each_kind_of_edit_alone(each: tuple[Path, str], kind: str, which: int) -> None:
    told, right = both(*each, EACH, [Edit(kind, which)], committed=which % 2 == 0)

    assert told == right


@pytest.mark.slow
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(world=worlds(), made=st.lists(st.tuples(edits(), st.booleans()), min_size=4, max_size=4))
def test_random_repositories(world: World, made: list[tuple[list[Edit], bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "whole")
        root.mkdir()
        base = build(root, world)
        for some, committed in made:
            told, right = both(root, base, world, some, committed=committed)
            assert told == right, some


def head_alone(git: Git) -> WorkTree:
    """A reader of the work tree who looks at what is committed."""
    return work_tree(git)._replace(revision=git.commit_id())


#: fault → what it replaces, by what, and an edit by which it shows
FAULTS: dict[str, tuple[Any, str, Any, Edit]] = {
    "imports are overlooked": (candidates, "paths_outside", lambda *_: frozenset(), Edit("shared module", 1)),
    "parameters are overlooked": (causes, "_params", lambda *_: (), Edit("parameter", 2)),
    "inputs are overlooked": (causes, "_inputs", lambda *_: (), Edit("settings", 1)),
    "the lock is overlooked": (Locks, "causes", lambda *_: (), Edit("package", 0)),
    "every package counts": (Locks, "causes", lambda *_: None, Edit("package", 3)),
    "every model has the root's packages": (
        locks,
        "package_causes",
        lambda _, *texts: package_causes(PurePosixPath(), *texts),
        Edit("package", 3),
    ),
    "outputs of others are overlooked": (Written, "since_last", lambda _: {}, Edit("own code", 0)),
    "pointers are overlooked": (objects, "_places", lambda path, _: (path,), Edit("kept data", 3)),
    "edited data is overlooked": (planner, "edited_data", lambda *_: {}, Edit("edited data", 3)),
    "what is not committed is overlooked": (planner, "work_tree", head_alone, Edit("own code", 3)),
    "what was not looked at counts": (planner, "trains", lambda *_, **__: True, Edit("approvals", 1)),
}


@pytest.mark.parametrize("fault", [pytest.param(name, marks=pytest.mark.slow) for name in FAULTS])
def test_a_fault_of_the_planner_is_found(each: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """By any edit out of a few that are drawn; the one that is named is among them."""
    module, name, replacement, telling = FAULTS[fault]
    monkeypatch.setattr(module, name, replacement)
    drawn = [Edit(kind, which) for kind in KINDS for which in range(4)]
    some = [*random.Random(fault).sample(drawn, 5), telling]

    found = (both(*each, EACH, [made], committed=False) for made in some)

    assert any(told != right for told, right in found)


def test_a_fault_is_found_at_once(each: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Written, "since_last", lambda _: {})

    told, right = both(*each, EACH, [Edit("own code", 0)], committed=True)

    assert told == {"m0"}
    assert right == {"m0", "m2"}
