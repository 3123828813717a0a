"""A training with several seeds: side by side, each in a folder of its own; what is released stays the first."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml

from mlops_spec import model_folder
from mlops_spec.compute.here import Here
from mlops_spec.engines.dvc.stages import stages
from mlops_spec.errors import Exit, Failure
from mlops_spec.gates.kinds.beside import difference, seeds_told
from mlops_spec.pipeline.answers import Answers
from mlops_spec.pipeline.reseeded import read_reseeded
from mlops_spec.pipeline.reseeding import reseed
from mlops_spec.pipeline.stage import run_stage
from mlops_spec.spec import Spec
from mlops_validators import MEASURES

from .conftest import MODELS, TOOLS, Project, make_project

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("reseeding")  # one training serves all


@dataclass(frozen=True)
class _Case:
    """What a comparison reads of a case."""

    spec: Any
    answers: Answers
    reseeded: tuple[np.ndarray, ...]


def seeded(root: Path, seeds: int) -> Spec:
    """The wine's spec with so many seeds."""
    path = root / "model.yaml"
    declared = yaml.safe_load(path.read_text())
    declared["train"]["seeds"] = seeds
    path.write_text(yaml.safe_dump(declared, sort_keys=False))
    return Spec.model_validate(declared)


@pytest.fixture
def declared(tmp_path: Path) -> Spec:
    """The wine's spec with three seeds."""
    shutil.copy(MODELS / "wine/model.yaml", tmp_path)
    return seeded(tmp_path, 3)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Project:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ.get('PATH', '')}")
        project = make_project(tmp_path_factory.mktemp("seeds"), "wine")
        spec = seeded(project.root, 3)
        for name in ("split", "train", "reseed"):
            run_stage(project.root, spec, name)
    return project


@pytest.mark.slow
def test_each_further_seed_answers_and_the_model_is_left_alone(trained: Project) -> None:
    classes, rows = 3, 178
    model = [path.name for path in (trained.root / model_folder.MODEL).iterdir()]

    found = read_reseeded(trained.root, trained.spec, np.empty((_rows(trained), classes)))

    assert model == ["forest.skops"]
    assert len(found) == 2
    assert not np.array_equal(*found)
    assert all(np.allclose(each.sum(axis=1), 1) for each in found)
    assert _rows(trained) < rows
    assert "seed: 1\n" in (trained.root / "model.yaml").read_text()


def _rows(project: Project) -> int:
    return len(pd.read_parquet(project.root / model_folder.TEST_ROWS))


@pytest.mark.slow
def test_training_again_gives_the_same(trained: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ.get('PATH', '')}")
    before = (trained.root / model_folder.SEEDS).read_bytes()

    reseed(trained.root, trained.spec, Here())

    assert (trained.root / model_folder.SEEDS).read_bytes() == before


@pytest.mark.slow
def test_seeds_that_change_nothing_are_refused(trained: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{TOOLS}{os.pathsep}{os.environ.get('PATH', '')}")
    code = trained.root / "src/wine/train.py"
    kept = code.read_text()
    code.write_text(kept.replace('int(os.environ["MLOPS_SPEC_SEED"])', "0"))
    try:
        with pytest.raises(Failure, match="all of 2 further seeds give the same answers"):
            reseed(trained.root, trained.spec, Here())
    finally:
        code.write_text(kept)


def test_only_several_seeds_make_a_stage(declared: Spec) -> None:
    named = {each.name: each for each in stages(declared, frozenset({"src"}), {})}
    once = Spec.model_validate(yaml.safe_load((MODELS / "wine/model.yaml").read_text()) | {"train": {"run": "x"}})

    assert named["reseed"].writes == ("build/seeds/answers.parquet",)
    assert "train.seeds" in named["reseed"].params
    assert "train.seeds" not in named["train"].params
    assert "reseed" not in {each.name for each in stages(once, frozenset({"src"}), {})}


def test_answers_that_are_missing_are_named(tmp_path: Path, declared: Spec) -> None:
    with pytest.raises(Failure, match=r"build/seeds/answers\.parquet can't be read"):
        read_reseeded(tmp_path, declared, np.empty((1, 3)))


def test_one_further_seed_that_changes_nothing_is_refused(tmp_path: Path, declared: Spec) -> None:
    """Two of the same have no spread, and the comparison would be as if there were none."""
    released = np.array([0.2, 0.7, 0.9])
    (tmp_path / model_folder.SEEDS).parent.mkdir(parents=True)
    pd.DataFrame({"2": released}).to_parquet(tmp_path / model_folder.SEEDS)

    with pytest.raises(Failure, match=r"1 further seeds give the answers of `train\.seed`") as refused:
        read_reseeded(tmp_path, declared, released)

    assert refused.value.exit_code == Exit.FINDINGS
    assert len(read_reseeded(tmp_path, declared, released + 0.01)) == 1


def test_the_comparison_takes_in_what_seeds_move() -> None:
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 2000)
    scores = [np.clip(truth * 0.3 + rng.random(2000) * 0.7, 0, 1) for _ in range(6)]
    spec = SimpleNamespace(
        evaluate=SimpleNamespace(confidence=0.95, resamples=200, threshold=0.5), train=SimpleNamespace(seed=0)
    )
    alone: Any = _Case(spec, Answers(truth, scores[0]), ())
    several = replace(alone, reseeded=tuple(scores[1:5]))

    one, more = (difference(case, MEASURES["roc_auc"], scores[5]).interval for case in (alone, several))

    assert more.value == one.value
    assert more.high - more.low > one.high - one.low
    assert "over 5 seeds it has a standard deviation of" in seeds_told(several, MEASURES["roc_auc"])
    assert seeds_told(alone, MEASURES["roc_auc"]) == ""
