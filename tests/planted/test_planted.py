"""Whatever is planted in the folders beside this file is caught, and what is sound is left alone."""

from __future__ import annotations

import importlib.util
import json
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml

from mlops_spec import model_folder
from mlops_spec.gates.case import Case
from mlops_spec.gates.drill.drill import attacked
from mlops_spec.gates.kinds import always
from mlops_spec.lint.specs import lint_text
from mlops_spec.pipeline.table import of_frame

from ..drill.conftest import answers, rows, write_reference
from .public import TABLES, parted, spec_of

if TYPE_CHECKING:
    from types import ModuleType

    from mlops_spec.spec import Spec

HERE = Path(__file__).parent
LONG = {"area_whichever_way_round"}  # its drill resamples for seconds
DAY = date(2026, 11, 23)
SOUND: dict[str, Any] = yaml.safe_load((HERE / "sound.yaml").read_text())
EVERY = [f"leaks/{path.stem}" for path in sorted((HERE / "leaks").glob("*.py"))]


def case_of(root: Path, spec: Spec, train: pd.DataFrame, test: pd.DataFrame, rare: bool = False) -> Case:
    told = answers(test)
    return Case(
        root=root,
        spec=spec,
        digest="sha256:" + "1" * 64,
        data=of_frame(pd.concat([train, test], ignore_index=True)),
        data_changed=False,
        train=train,
        test=test,
        answers=replace(told, score=told.score * 0.5) if rare else told,
        perturbed=(),
        latencies=None,
        package_bytes=2_000_000,
        rivals={},
    )


def findings(sections: dict[str, Any]) -> set[str]:
    text = yaml.safe_dump(SOUND | sections, sort_keys=False)
    return {found.kind.code for found in lint_text("model.yaml", text, DAY)}


def survivors(root: Path, sections: dict[str, Any], planted: dict[str, Any]) -> set[str]:
    """What the drill lets pass of rows that are sound, and of a model that answered in 5 ms when last measured."""
    train, test = (rows(seed).assign(branch="main") for seed in (1, 2))
    spec = spec_of(SOUND | sections)
    write_reference(root, train)
    judged = {"gates": [{"id": "latency/p99", "value": 5.0}]}
    (root / model_folder.GATE).write_text(json.dumps(judged))
    package = root / "src" / "planted"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(planted.get("source", ""))
    case = case_of(root, spec, train, test, planted.get("answers") == "rare")
    return {outcome.attack for outcome in attacked(case) if not outcome.stopped}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(path.stem, marks=[pytest.mark.slow] if path.stem in LONG else [])
        for path in sorted((HERE / "gates").glob("*.yaml"))
    ],
)
def test_a_gate_that_cannot_do_its_work_is_caught(tmp_path: Path, name: str) -> None:
    planted = yaml.safe_load((HERE / f"gates/{name}.yaml").read_text())
    sections = {key: value for key, value in planted.items() if key not in ("source", "answers")}
    sys.modules.pop("planted", None)

    assert findings(sections) - findings({}) or survivors(tmp_path, sections, planted)


def test_the_sound_one_is_left_alone(tmp_path: Path) -> None:
    assert findings({}) == set()
    assert survivors(tmp_path, {}, {}) == set()


def loaded(name: str) -> ModuleType:
    found = importlib.util.spec_from_file_location(name.replace("/", "_"), HERE / f"{name}.py")
    assert found
    assert found.loader
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def failing(root: Path, spec: Spec, train: pd.DataFrame, test: pd.DataFrame) -> set[str]:
    told = case_of(root, spec, train, test)
    leaks = (kind.results(told, None) for name, kind in always.KINDS.items() if name.startswith("leak"))
    return {each.id for found in leaks for each in found if each.verdict == "fail"}


@pytest.mark.quick(*(f"{name}-drawn" for name in EVERY))
@pytest.mark.parametrize("table", sorted(TABLES))
@pytest.mark.parametrize("name", EVERY)
def test_a_leak_is_caught(request: pytest.FixtureRequest, tmp_path: Path, name: str, table: str) -> None:
    planted = loaded(name)
    if missed := getattr(planted, "MISSED", ""):
        request.applymarker(pytest.mark.xfail(reason=missed, raises=AssertionError, strict=True))
    spec = spec_of(getattr(planted, "SPEC", {}))
    train, test = planted.plant(*parted(spec, TABLES[table]()), np.random.default_rng(1))

    assert planted.CAUGHT in failing(tmp_path, spec, train, test)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_a_clean_table_is_left_alone(tmp_path: Path, table: str) -> None:
    spec = spec_of({})

    assert failing(tmp_path, spec, *parted(spec, TABLES[table]())) == set()
