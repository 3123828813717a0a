"""Two versions on the same rows: how far apart their scores are, and how many rows they decide otherwise."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.input_contract import read_contract
from mlops_spec.package.on_disk import verify
from mlops_spec.package.score_bins import EDGES, SMALLEST, WIDTH
from mlops_spec.package.shift import distance
from mlops_spec.spec.tasks import task_called
from mlops_spec.targets.batch.answers import DECISION, PROBABILITIES, scores_of
from mlops_spec.targets.batch.asking import Predictor
from mlops_spec.targets.batch.delivery import Asking, batches, checked, refuse_too_many
from mlops_spec.targets.batch.outside import rows_of
from mlops_spec.targets.batch.store import Store
from mlops_spec.targets.live import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from mlops_spec.package.manifest import Manifest
    from mlops_spec.targets.batch.delivery import Sound
    from mlops_spec.targets.batch.work import Work
    from mlops_spec.targets.live import Served

_MOST = 1_000_000  # rows that are compared


@dataclass
class _Scores:
    """The distribution of one column of answers."""

    total: float = 0.0
    bins: dict[int, int] = field(default_factory=dict)

    def add(self, scores: np.ndarray, *, probabilities: bool) -> None:
        self.total += float(scores.sum())
        for number, count in bins_of(scores, probabilities=probabilities).items():
            self.bins[number] = self.bins.get(number, 0) + count

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        return tuple(sorted(self.bins.items()))


@dataclass
class _Tally:
    rows: int = 0
    errors: int = 0
    scored: bool = True
    #: of a class the one whose is highest; of several targets or labels each, since one may move alone
    columns: list[_Scores] = field(default_factory=list)

    def add(self, answer: pa.RecordBatch) -> np.ndarray:
        scores = scores_of(answer)
        self.rows += len(scores)
        if scores.dtype.kind == "O":  # texts, which have no distribution
            self.scored = False
            return scores
        told = [scores.max(axis=1)] if DECISION in answer.schema.names else [*scores.T]
        self.columns = self.columns or [_Scores() for _ in told]
        probabilities = (answer.schema.metadata or {}).get(PROBABILITIES) == b"1"
        for column, each in zip(self.columns, told, strict=True):
            column.add(each, probabilities=probabilities)
        return scores

    def window(self, column: int, **compared: Any) -> Window:
        if column >= len(self.columns):
            return Window(requests=self.rows, errors=self.errors, **compared)
        found, answered = self.columns[column], self.rows - self.errors
        mean = found.total / answered if answered else None
        return Window(requests=self.rows, errors=self.errors, mean_score=mean, bins=found.pairs, **compared)


def _moved_most(old: _Tally, new: _Tally) -> int:
    """Which column of the answers moved most."""
    apart = [distance(one.pairs, other.pairs) for one, other in zip(old.columns, new.columns, strict=False)]
    return max(range(len(apart)), key=apart.__getitem__, default=0)


def compare(work: Work) -> dict[str, Any]:
    """Asks both versions the rows of the newest day whose delivery is sound for both."""
    assert work.version is not None
    assert work.rival is not None
    old, new = _Tally(), _Tally()
    apart: dict[str, Any] = {}
    found = _newest_sound(work)
    if found is not None:
        with Predictor(work.version) as stable, Predictor(work.rival) as rival:
            apart = _compared(found, (stable, old), (rival, new))
    told = _moved_most(old, new)
    return {"old": asdict(old.window(told)), "new": asdict(new.window(told, **apart))}


def bins_of(scores: np.ndarray, *, probabilities: bool) -> dict[int, int]:
    """How many scores each bin of `package.score_bins` holds."""
    if probabilities:
        numbers = np.searchsorted(np.asarray(EDGES), scores, side="left")
    else:
        size = np.log(np.maximum(np.abs(scores), SMALLEST)) - np.log(SMALLEST)
        steps = np.ceil(size / WIDTH).astype(np.int64)
        numbers = np.where(scores > 0, steps, -steps)
    known, counts = np.unique(numbers, return_counts=True)
    return dict(zip(known.tolist(), counts.tolist(), strict=True))


@dataclass(frozen=True)
class _Both:
    store: Store
    sound: tuple[Sound, ...]
    old: Asking
    new: Asking

    def rows(self) -> Iterator[pa.RecordBatch]:
        """The rows that both versions take, as many as are compared."""
        names = list(dict.fromkeys([*self.old.read, *self.new.read]))
        left = _MOST
        for each in self.sound:
            for batch in batches(self.store, each.part, names):
                kept = _kept(_kept(batch, self.old), self.new).slice(0, left)
                if kept.num_rows:
                    left -= kept.num_rows
                    yield kept
                if left <= 0:
                    return


def _kept(batch: pa.RecordBatch, asking: Asking) -> pa.RecordBatch:
    outside = rows_of(asking.outside(batch), batch.num_rows)
    return batch.filter(~outside) if outside.any() else batch


def _newest_sound(work: Work) -> _Both | None:
    assert work.version is not None
    assert work.rival is not None
    old, new = (_asking(served, work.key) for served in (work.version, work.rival))
    for day in work.days:
        store, pattern = Store.of(work.places.input.replace("{date}", day), work.places)
        parts = store.matching(pattern)
        if not parts:
            continue
        try:
            for asking in (old, new):
                sound = checked(store, parts, asking)
                refuse_too_many(sound, work.max_refused, asking, store)
        except Failure as failure:
            if failure.exit_code not in {Exit.FINDINGS, Exit.STALE}:
                raise
            continue
        return _Both(store, sound, old, new)
    return None


def _asking(served: Served, key: str | None) -> Asking:
    package = Path(served.package)
    return Asking(verify(package, served.digest), read_contract(package), key)


def _compared(both: _Both, stable: tuple[Predictor, _Tally], rival: tuple[Predictor, _Tally]) -> dict[str, Any]:
    rows, disagreed, difference, largest = 0, 0, 0.0, 0.0
    decides = _decides(both.old.package)
    for batch in both.rows():
        before = _asked(stable[0], batch.select(both.old.columns))
        try:
            after = _asked(rival[0], batch.select(both.new.columns))
        except Failure:
            rival[1].rows += batch.num_rows
            rival[1].errors += batch.num_rows
            return {}
        one, other = stable[1].add(before), rival[1].add(after)
        if before.schema != after.schema or not stable[1].scored:
            continue  # of different shapes, or no numbers: each by its own distribution alone
        apart = np.abs(one - other).max(axis=1)
        rows, difference, largest = rows + len(apart), difference + float(apart.sum()), max(largest, float(apart.max()))
        if decides:
            decided = _decided(before, both.old.package) != _decided(after, both.new.package)
            disagreed += int(np.sum(decided.any(axis=1)))
    if not rows:
        return {}
    means = {"mean_difference": difference / rows, "largest_difference": largest}
    return {"compared": rows, "disagreed": disagreed if decides else None, **means}


def _decides(package: Manifest) -> bool:
    return task_called(package.task).decides != "nothing"


def _decided(answer: pa.RecordBatch, package: Manifest) -> np.ndarray:
    """What a version decides of each row: its class (n, 1), or by its own threshold which labels it has (n, k)."""
    if DECISION not in answer.schema.names:
        return scores_of(answer) >= package.threshold
    found: np.ndarray = answer[DECISION].dictionary_decode().to_numpy(zero_copy_only=False)
    return found[:, None]


def _asked(predictor: Predictor, batch: pa.RecordBatch) -> pa.RecordBatch:
    predictor.put(batch)
    return predictor.take()
