"""The candidate that the gates judge: what the last run left, proven to belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.answers import Answers, alike, groups_of, read_answers, truth_of, weights_of
from mlops_spec.pipeline.history import with_history
from mlops_spec.pipeline.last_run import check_last_run, stale
from mlops_spec.pipeline.reseeded import read_reseeded
from mlops_spec.pipeline.split_report import read_split_report
from mlops_spec.pipeline.table import read_frame

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from mlops_spec.package.manifest import Manifest
    from mlops_spec.spec import Spec


@dataclass(frozen=True)
class Candidate:
    """A verified package, the rows, and the answers that were evaluated."""

    manifest: Manifest
    train: pd.DataFrame
    test: pd.DataFrame
    answers: Answers
    reseeded: tuple[np.ndarray, ...] = ()  # what models of further seeds answer


def read_candidate(root: Path, spec: Spec) -> Candidate:
    """Reads it; raises Failure when a part is missing (78), damaged (78), or of another run or spec (75)."""
    return candidate_of(root, spec, check_last_run(root, spec))


def candidate_of(root: Path, spec: Spec, manifest: Manifest) -> Candidate:
    """Reads what `check_last_run` found to belong together; raises Failure when the answers are to other rows (75)."""
    train, test = (read_frame(root / path) for path in (model_folder.TRAIN_ROWS, model_folder.TEST_ROWS))
    found = read_answers(root / model_folder.PREDICTIONS)
    split = read_split_report(root)
    truth = with_history(spec, truth_of(spec, split, test), train, test, split.between)
    if not np.array_equal(truth, found.truth):
        stale(f"{model_folder.PREDICTIONS} does not answer the rows of {model_folder.TEST_ROWS}")
    levels = tuple(spec.data.quantiles)
    answers = Answers(truth, found.score, groups_of(spec, test, truth), weights_of(spec, test), levels)
    return Candidate(manifest, train, test, answers, read_reseeded(root, spec, found.score))


def check_same_answers(evaluated: np.ndarray, packaged: np.ndarray) -> None:
    """Raises Failure when the package, loaded afresh, answers otherwise than the model that was evaluated."""
    if not alike(evaluated, packaged):
        raise Failure(
            f"{model_folder.PACKAGE} answers otherwise than the model that was evaluated",
            exit_code=Exit.FINDINGS,
            remedy="A predictor may depend on its folder and its rows alone: on no clock, chance or other file.",
        )
