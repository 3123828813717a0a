"""The stage `evaluate`: the model's answers for the test rows, their measures, and the pictures of both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mlops_spec import model_folder
from mlops_spec.package.manifest import canonical
from mlops_spec.package.on_disk import file_sha256
from mlops_spec.package.predictor.load import Recipe, load
from mlops_spec.pipeline.answered import answered_ahead
from mlops_spec.pipeline.answers import Answers, groups_of, slices, truth_of, weights_of, write_answers
from mlops_spec.pipeline.beside_simple import beside_simple
from mlops_spec.pipeline.by_label import by_label
from mlops_spec.pipeline.by_quantile import by_quantile
from mlops_spec.pipeline.by_target import by_target
from mlops_spec.pipeline.calibration import calibration_of
from mlops_spec.pipeline.cost import cost_of
from mlops_spec.pipeline.curves import write_curves
from mlops_spec.pipeline.file_column import reading_files
from mlops_spec.pipeline.history import with_history
from mlops_spec.pipeline.known import columns_of
from mlops_spec.pipeline.measured import measure
from mlops_spec.pipeline.model_files import check_trusted
from mlops_spec.pipeline.named_columns import check_columns
from mlops_spec.pipeline.pictures import draw_pictures
from mlops_spec.pipeline.pictures.shown import Shown
from mlops_spec.pipeline.refitted import refitted
from mlops_spec.pipeline.signature import signature_of
from mlops_spec.pipeline.split_report import read_split_report
from mlops_spec.pipeline.table import of_parquet, read_frame, sampled
from mlops_spec.pipeline.trained import trained_scores
from mlops_spec.spec.measures import measured, sliced
from mlops_spec.spec.tasks import TASKS
from mlops_spec.system.files import write_atomic
from mlops_spec.system.regular import regular

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.pipeline.split_report import SplitReport
    from mlops_spec.spec import Spec

_TRAINED = 20_000  # training rows that are looked at


def evaluate(root: Path, spec: Spec) -> None:
    """Writes predictions, measures and plots; raises Failure when the model can't answer for every test row."""
    split = read_split_report(root)
    test = read_frame(root / model_folder.TEST_ROWS)
    check_columns(spec, [str(name) for name in test.columns])
    check_trusted(root / model_folder.MODEL, spec.train.trusted_types)
    predict = reading_files(root, spec, load(recipe_of(root, spec, split), root / model_folder.MODEL, root / "src"))
    score = predict(test.drop(columns=[*spec.data.targets]))
    train = pd.read_parquet(regular(root / model_folder.TRAIN_ROWS), columns=columns_of(spec))
    truth = with_history(spec, truth_of(spec, split, test), train, test, split.between)
    levels = tuple(spec.data.quantiles)
    answers = Answers(truth, score, groups_of(spec, test, truth), weights_of(spec, test), levels)
    write_answers(root / model_folder.PREDICTIONS, answers)
    known = sampled(of_parquet(root / model_folder.TRAIN_ROWS), _TRAINED, spec.train.seed)
    simple = beside_simple(root, spec, (known, test), answers)
    evaluation = {
        **_evaluation(root, spec, test, answers),
        **refitted(root, spec, answers),
        "simple_model": simple,
    }
    write_curves(root / model_folder.PLOTS, TASKS[spec.task], answers)
    draw_pictures(
        root / model_folder.PLOTS, Shown(spec, test, answers, trained_scores(spec, known, predict), evaluation)
    )
    write_atomic(root / model_folder.EVALUATION, canonical(evaluation))


def recipe_of(root: Path, spec: Spec, split: SplitReport) -> Recipe:
    """How a model of this spec is loaded and asked."""
    signature = signature_of(spec, root / model_folder.TRAIN_ROWS, len(split.classes))
    return Recipe(
        task=spec.task,
        format=spec.train.format,
        predictor=spec.train.predictor,
        trusted_types=tuple(spec.train.trusted_types),
        positive=split.positive,
        classes=split.classes,
        inputs=signature.inputs,
    )


def _evaluation(root: Path, spec: Spec, test: pd.DataFrame, answers: Answers) -> dict[str, object]:
    metrics = measured(spec)
    return {
        "v": 1,
        "model": spec.model,
        "rows": len(test),
        "test_sha256": file_sha256(root / model_folder.TEST_ROWS),
        "predictions_sha256": file_sha256(root / model_folder.PREDICTIONS),
        "measures": measure(root, spec, metrics, answers),
        **({"calibration": calibration_of(answers)} if TASKS[spec.task].has("calibration") else {}),
        **answered_ahead(spec, test, answers),
        **by_target(root, spec, answers),
        **by_label(root, spec, answers),
        **by_quantile(answers),
        **cost_of(spec, answers),
        "slices": {name: _measured_by_value(root, spec, metrics, test[name], answers) for name in sliced(spec)},
    }


def _measured_by_value(
    root: Path, spec: Spec, metrics: list[str], column: pd.Series, answers: Answers
) -> dict[str, object]:
    found: dict[str, object] = {}
    for value, rows in slices(column).items():
        found[value] = {"rows": len(rows), "measures": measure(root, spec, metrics, answers.of(rows))}
    return found
