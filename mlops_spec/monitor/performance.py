"""The check of a model's performance, once the labels of what it was asked have come in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mlops_spec.errors import Failure
from mlops_spec.monitor.check import Check
from mlops_spec.monitor.label_steps import by_step, known_by
from mlops_spec.pipeline.answers import Answers
from mlops_spec.pipeline.history import drawn_by
from mlops_spec.pipeline.levels import quantile_names, told_at
from mlops_spec.pipeline.measured import interval_of
from mlops_spec.pipeline.rows import known_columns, read_rows
from mlops_spec.pipeline.tasks import TARGETS
from mlops_spec.pipeline.tasks.target import UnknownClasses
from mlops_spec.spec.tasks import TASKS, task_called
from mlops_spec.system.faults import unanswered
from mlops_validators import judge
from mlops_validators.categories import as_text

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from mlops_spec.monitor.predictions import Live
    from mlops_spec.package.manifest import Manifest
    from mlops_spec.spec import Spec
    from mlops_spec.spec.watch import Performance


_NAMED_BY = ("requests are named by their `id`", "times and series are others")


def check_performance(root: Path, spec: Spec, wanted: Performance, manifest: Manifest, live: Live) -> Check:
    """Joins the log with the labels (see `labelled`), measures, and holds the interval against the bounds.

    Only what is clearly beyond a bound is a finding; what more rows must settle is said.
    """
    path = root / wanted.labels
    if not path.is_file():
        return Check("labels", told=f"{wanted.labels} is not here: not checked")
    try:
        joined = labelled(path, spec, live)
        truth = _truth(joined[[*spec.data.targets]], manifest)
    except Failure as failure:
        if unanswered(failure):
            raise
        return Check("labels", (failure.message,))
    if not len(joined):
        return Check("labels", told=f"none of {len(live.names):,} rows has a label: {_NAMED_BY[spec.data.id is None]}")
    places = joined["place"].to_numpy()
    try:
        scores = live.scores[places]
        if TASKS[spec.task].answer.ascends:
            scores = told_at(scores, manifest.classes, quantile_names(spec.data))
        answers = Answers(truth, scores, levels=tuple(spec.data.quantiles))
        answers = replace(answers, groups=_alike(spec, live, places, answers))
        found = interval_of(root, spec, wanted.metric, answers)
    except ValueError as error:
        return Check("labels", told=f"{wanted.metric} is undefined on {len(joined):,} labelled rows: {error}")
    judged = judge(found, minimum=wanted.min, maximum=wanted.max, rows=len(joined))
    said = f"{wanted.metric} {found.value:.4g} ({found.low:.4g} … {found.high:.4g}) over {len(joined):,} labelled rows"
    findings = (f"{said}: {judged.reason}",) if judged.verdict == "fail" else ()
    evidence = {"metric": wanted.metric, "value": found.value, "low": found.low, "high": found.high}
    return Check("labels", findings, f"{said}: {judged.verdict}", evidence | {"rows": len(joined)})


def _alike(spec: Spec, live: Live, places: np.ndarray, answers: Answers) -> np.ndarray | None:
    """What labelled rows depend on each other: of a ranking those of a query, of a forecast series or blocks of time.

    Both are known from the log, where they are inputs of the model. Raises ValueError where a forecast's are not.
    """
    if TASKS[spec.task].ahead:
        return _of_series(spec, live, places, answers)
    name = spec.data.split.column
    if not TASKS[spec.task].by_query or name not in live.inputs.columns:
        return None
    return np.asarray(live.inputs[name].to_numpy()[places])


def _of_series(spec: Spec, live: Live, places: np.ndarray, answers: Answers) -> np.ndarray:
    names = [name for name in (spec.data.time, spec.data.series) if name is not None]
    if lacking := [name for name in names if name not in live.inputs.columns]:
        raise ValueError(f"the model is not given {', '.join(f'`{name}`' for name in lacking)}, which its log lacks")
    return drawn_by(spec.data, live.inputs.iloc[places][names], answers.actual - answers.point.score)


def labelled(path: Path, spec: Spec, live: Live) -> pd.DataFrame:
    """Each label with the place of the newest row that it is of: the targets' columns and `place`.

    By `data.id`, the name of the request; of a forecast without it by the time and the series of the row.
    """
    targets, ahead = [*spec.data.targets], TASKS[spec.task].ahead
    named = [spec.data.id] if spec.data.id is not None else known_by(spec.data) if ahead else []
    if not named:
        raise Failure("monitor.performance needs `data.id`: by what else would a label find its row?")
    labels = read_rows(path, known_columns(spec.data))  # `007` stays `007`
    if lacking := [column for column in (*named, *targets) if column not in labels.columns]:
        raise Failure(f"{path.name} has no column {', '.join(lacking)}")
    if spec.data.id is None:
        labels, names = by_step(spec.data, labels, live.inputs)
    else:
        labels, names = labels.assign(key=labels[spec.data.id].astype(str)), live.names
    places = {asked: place for place, asked in enumerate(names) if asked is not None}
    newest = labels.drop_duplicates("key", keep="last").dropna(subset=targets).set_index("key")[targets]
    asked = [each for each in places if each in newest.index]
    return newest.loc[asked].assign(place=[places[each] for each in asked])


def _truth(labels: pd.DataFrame, manifest: Manifest) -> np.ndarray:
    """The labels as the evidence takes them: codes in the order of the classes, or values."""
    try:
        return TARGETS[task_called(manifest.task).name].truth(labels, manifest.classes, as_text)
    except UnknownClasses as unknown:
        told = ", ".join(unknown.names[:5])
        raise Failure(f"the labels hold classes that the model does not know: {told}") from unknown
