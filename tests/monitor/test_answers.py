"""What the monitor says of answers that have no labels yet."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec import model_folder
from mlops_spec.git import Git
from mlops_spec.monitor.answers import check_answers
from mlops_spec.monitor.predictions import Live
from mlops_spec.pipeline.answered import answered_of, read_answered
from mlops_spec.pipeline.answers import Answers
from mlops_spec.spec import Spec
from mlops_validators.unlabelled import Answered

from .conftest import START

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.monitor.check import Check


def spec_of(**sections: Any) -> Spec:
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "m",
            "task": "binary-classification",
            "owners": ["@a"],
            "data": {"path": "d.csv", "target": "y", "id": "id"},
            "train": {"run": "x"},
            "gates": [{"metric": "roc_auc", "min": 0.75}],
        }
        | sections
    )


def answers(seed: int, count: int = 7_500, *, sure: float = 1.0) -> Answers:
    """Probabilities that come true; with `sure` below 1 they lie nearer together."""
    draw = np.random.default_rng(seed)
    score = 1 / (1 + np.exp(-sure * draw.normal(-1.5, 1.5, count)))
    return Answers((draw.random(count) < score).astype(int), score)


def known(spec: Spec, of: Answers) -> Answered:
    section = answered_of(spec, of)["answered"]
    return Answered(**{name: tuple(values) for name, values in section.items()})


def looked(spec: Spec, scores: np.ndarray, of: Answered | None) -> dict[str, Check]:
    return {check.name: check for check in check_answers(spec, (of,) if of else (), Live(pd.DataFrame(), (), scores))}


def test_answers_that_have_not_moved_are_well() -> None:
    found = looked(spec_of(), answers(2).score, known(spec_of(), answers(1)))

    assert [found[name].findings for name in ("answers", "estimate")] == [(), ()]
    assert found["estimate"].told.startswith("roc_auc 0.8")
    assert "(concept drift) is not seen without labels" in found["estimate"].told


def test_answers_that_moved_are_told_whatever_moved_them() -> None:
    found = looked(spec_of(), answers(2, sure=0.3).score, known(spec_of(), answers(1)))

    assert found["answers"].findings[0].startswith("psi ")
    assert "at most 0.2" in found["answers"].findings[0]


def test_a_measure_that_must_have_fallen_is_told_and_what_is_not_seen() -> None:
    found = looked(spec_of(), answers(2, sure=0.3).score, known(spec_of(), answers(1)))["estimate"]

    (told,) = found.findings
    assert told.startswith("roc_auc 0.6")
    assert told.endswith("(concept drift) is not seen without labels")
    assert found.evidence["high"] < 0.75


def test_the_monitors_bound_comes_before_the_gates() -> None:
    monitor = {"performance": {"labels": "l.csv", "metric": "brier_score", "max": 0.05}}

    found = looked(spec_of(monitor=monitor), answers(2).score, known(spec_of(), answers(1)))["estimate"]

    assert found.findings[0].startswith("brier_score 0.1")


def test_of_a_number_the_loss_is_estimated() -> None:
    spec = spec_of(task="regression", gates=[{"metric": "mean_absolute_error", "max": 1.0}])
    draw = np.random.default_rng(1)
    score = draw.uniform(0, 10, 5_000)
    of = known(spec, Answers(score + draw.normal(0, 0.2 + score / 5), score))

    assert looked(spec, score, of)["estimate"].findings == ()
    assert looked(spec, score / 3 + 6.6, of)["estimate"].findings[0].startswith("mean_absolute_error 1.")
    other = spec_of(task="regression", gates=[{"metric": "r2", "min": 0.5}])
    assert "r2 is not estimated without labels" in looked(other, score, of)["estimate"].told


@pytest.mark.parametrize("count", [0, 99])
def test_what_says_nothing_is_said(count: int) -> None:
    spec = spec_of()

    assert "tell nothing" in looked(spec, np.full(count, 0.5), known(spec, answers(1)))["answers"].told
    assert looked(spec, np.full(500, 0.5), None)["answers"].told.endswith("not checked")


def test_a_release_keeps_what_its_test_rows_told(tmp_path: Path) -> None:
    Git(tmp_path).run("init", "--quiet", "--initial-branch=main")
    git = Git.open(tmp_path)
    of = answered_of(spec_of(), answers(1))
    place = f"{model_folder.RELEASE}/{model_folder.EVALUATION.name}"
    files = {place: json.dumps(of).encode()}
    kept, empty, broken = (
        git.write_commit(git.write_tree(None, content), parents=[], message="Release", when=START)
        for content in (files, {place: b"{}"}, {place: b'{"answered": [1]}'})
    )

    found = read_answered(git, kept, ["y"])

    (one,) = found
    assert json.loads(json.dumps(asdict(one))) == json.loads(json.dumps(of["answered"]))
    assert (read_answered(git, empty, ["y"]), read_answered(git, broken, ["y"])) == ((), ())


SEVERAL = {"task": "multiclass-classification", "gates": [{"metric": "accuracy", "min": 0.6}]}


def several(seed: int, *, sure: float = 2.0) -> Answers:
    """Probabilities of three classes that come true; with less `sure` they lie nearer together."""
    draw = np.random.default_rng(seed)
    odds = np.exp(sure * draw.normal(size=(6_000, 3)))
    score = odds / odds.sum(axis=1, keepdims=True)
    return Answers((draw.random((6_000, 1)) > score.cumsum(axis=1)).sum(axis=1), score)


def test_of_several_classes_the_accuracy_is_estimated() -> None:
    spec, of = spec_of(**SEVERAL), several(1)

    well = looked(spec, several(2).score, known(spec, of))
    less = looked(spec, several(3, sure=0.7).score, known(spec, of))

    assert [well[name].findings for name in ("answers", "estimate")] == [(), ()]
    found = less["estimate"]
    reached = float((several(3, sure=0.7).score.argmax(axis=1) == several(3, sure=0.7).truth).mean())
    assert found.evidence["low"] - 0.01 < reached < found.evidence["high"] + 0.01
    assert found.findings[0].endswith("(concept drift) is not seen without labels")
    assert less["answers"].findings[0].startswith("psi ")


def test_of_several_classes_those_that_are_chosen_may_move_alone() -> None:
    spec = spec_of(**SEVERAL)
    turned = np.sort(several(1).score)[:, ::-1]  # as sure, but always of the first

    found = looked(spec, turned, known(spec, several(1)))["answers"]

    assert "over 6,000 chosen classes, at most 0.2" in found.findings[0]


def test_of_several_classes_other_measures_are_said_not_to_be_estimated() -> None:
    spec = spec_of(task="multiclass-classification", gates=[{"metric": "f1_macro", "min": 0.5}])

    found = looked(spec, several(2).score, known(spec, several(1)))["estimate"]

    assert (found.findings, found.told) == (
        (),
        "f1_macro is not estimated without labels: of several classes only accuracy is estimated, not `f1_macro`",
    )


def test_answers_of_another_shape_are_told() -> None:
    spec = spec_of(**SEVERAL)

    assert looked(spec, np.full(500, 0.5), known(spec, several(1)))["answers"].findings
    assert looked(spec_of(), several(1).score, known(spec_of(), answers(1)))["answers"].findings
