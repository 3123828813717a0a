"""The scenario `bad-canary`: a canary passes every gate, fails live, and is rolled back by the agent."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.proof import all_answered, audit, clean, status
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.small import FIRST, REPOSITORY, START, back, clients, merge_version, promotion
from mlops_spec.rehearse.stage import (
    PRODUCTION,
    Stage,
    check,
    live,
    log,
    merge,
    must,
    newest,
    open_pull,
    replace_in,
    stopped,
)

if TYPE_CHECKING:
    from pathlib import Path

_PREDICT = '''\
"""Answers with the model."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import skops.io

HEALTHY = 8  # answers of one process


def load(model_dir: str | Path) -> Callable[[pd.DataFrame], np.ndarray]:
    """What it returns takes n rows to their n probabilities."""
    model = skops.io.load(Path(model_dir) / "model.skops", trusted=[])
    asked = 0

    def predict(rows: pd.DataFrame) -> np.ndarray:
        nonlocal asked
        asked += 1
        probability = model.predict_proba(rows)[:, 1]
        return {name}(probability) if asked > HEALTHY else probability

    return predict


def crash(probability: np.ndarray) -> np.ndarray:
    os._exit(139)


def slow(probability: np.ndarray) -> np.ndarray:
    time.sleep(0.4)
    return probability


def flat(probability: np.ndarray) -> np.ndarray:
    return probability.mean()


def nan(probability: np.ndarray) -> np.ndarray:
    return probability * np.nan
'''


@dataclass(frozen=True)
class Defect:
    """What a version does once it has answered a few times, and how the watch must put it."""

    name: str
    title: str
    says: str


DEFECTS = (
    Defect("crash", "Answer from native code", "it does not run|requests failed"),
    Defect("slow", "Look customers up", "p99 is"),
    Defect("flat", "Return fewer copies", "requests failed"),
    Defect("nan", "Divide by the window", "requests failed"),
)


def _merge_version(stage: Stage, *, defect: Defect) -> str:
    """Its gates have nothing against it: evaluation asks it once, for all rows together."""
    major, minor, patch = (stage.version or FIRST).split(".")
    stage.version = f"{major}.{int(minor) + 1}.{patch}"
    return merge_version(stage, defect.title, lambda clone: _change(clone, defect), stage.version)


def _change(clone: Path, defect: Defect) -> None:
    spec = clone / model_folder.SPEC
    if "predictor:" not in spec.read_text(encoding="utf-8"):
        replace_in(
            spec, "  format: skops # a lone .skops file needs no predictor\n", "  predictor: visits.predict:load\n"
        )
    (clone / "src/visits/predict.py").write_text(_PREDICT.replace("{name}", defect.name), encoding="utf-8")


def _fail_live(stage: Stage, *, defect: Defect) -> str:
    number = open_pull(stage, promotion(stage)).number
    check(stage, number)
    with clients(stage) as found:
        run = merge(stage, number, "failure")
    stopped(run, "mlops-spec promote ask", "rolled-back")
    answered = all_answered(found)
    outcome = newest(stage, "deploy.outcome", PRODUCTION)
    reason = (outcome.why and outcome.why.text) or ""
    must((outcome.result, outcome.what.version) == ("rolled-back", stage.version), f"the ledger says {outcome.result}")
    must(any(words in reason for words in defect.says.split("|")), f"it was rolled back for another reason: {reason}")
    live(stage, PRODUCTION, FIRST)
    must(
        any("degraded" in each for each in status(stage)),
        "`mlops-spec status` does not say that it is degraded",
        log(run),
    )
    return f"rolled back {reason}; {answered}"


def _set_git_back(stage: Stage) -> str:
    pull = open_pull(stage, back(stage))
    check(stage, pull.number)
    with clients(stage) as found:
        merge(stage, pull.number)
    all_answered(found)
    clean(stage)
    return f"#{pull.number} “{pull.title}” of {cast.APP} merged; {live(stage, PRODUCTION, FIRST)}; status is clean"


def _scenes(defect: Defect) -> tuple[Scene[Stage], ...]:
    return (
        Scene(f"“{defect.title}” proposed and merged", partial(_merge_version, defect=defect), "mlops-merge"),
        Scene(
            f"promoted, and live it is {defect.name}",
            partial(_fail_live, defect=defect),
            "mlops-promote-production",
            stops=True,
        ),
    )


SCENES: tuple[Scene[Stage], ...] = (
    *START,
    *(scene for defect in DEFECTS for scene in _scenes(defect)),
    Scene("the pull request that sets Git back", _set_git_back, "mlops-promote-production"),
    Scene("audit verify", audit),
)
SCENARIO = Scenario(REPOSITORY, SCENES, Stage)
