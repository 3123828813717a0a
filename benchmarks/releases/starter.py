"""The starter's spec, rows and training, and the case that its gates judge."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("OMP_NUM_THREADS", "1")  # runs go side by side, each on one core
FOLDER = Path(__file__).parents[2] / "template" / "starter" / "credit-default"
sys.path.insert(0, str(FOLDER / "src"))

import numpy as np  # noqa: E402
from credit_default.features import prepare  # noqa: E402
from credit_default.train import fit  # noqa: E402

from mlops_spec.gates.case import Case, Perturbed, Rival  # noqa: E402
from mlops_spec.gates.kinds import always  # noqa: E402
from mlops_spec.gates.kinds.declared import results_of  # noqa: E402
from mlops_spec.gates.perturb import perturb  # noqa: E402
from mlops_spec.integrity.anchor import Past, PastGate, anchors  # noqa: E402
from mlops_spec.lint.load import load_spec  # noqa: E402
from mlops_spec.pipeline.answers import Answers  # noqa: E402
from mlops_spec.pipeline.balance import divide  # noqa: E402
from mlops_spec.pipeline.rows import known_columns, read_rows  # noqa: E402
from mlops_spec.pipeline.split import typed, with_derived  # noqa: E402
from mlops_spec.pipeline.table import of_frame  # noqa: E402
from mlops_spec.spec.gates.result import Against  # noqa: E402
from mlops_spec.spec.gates.robustness import RobustnessGate  # noqa: E402

if TYPE_CHECKING:
    import pandas as pd

    from mlops_spec.spec import Spec
    from mlops_spec.spec.gates.demand import Demand
    from mlops_spec.spec.gates.gate import Gate
    from mlops_spec.spec.gates.result import GateResult

LIVE = "production"


@cache
def spec() -> Spec:
    return load_spec(FOLDER / "model.yaml")


@cache
def rows() -> pd.DataFrame:
    """The starter's rows as its contract types them."""
    data = spec().data
    return typed(spec(), read_rows(FOLDER / str(data.path), known_columns(data)))


def sides(salt: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and test rows by another salt: another draw of which rows judge."""
    split = spec().data.split.model_copy(update={"salt": salt})
    salted = spec().model_copy(update={"data": spec().data.model_copy(update={"split": split})})
    found = with_derived(rows(), spec().data.derive)
    test, _ = divide(salted, found)
    return found[~test].reset_index(drop=True), found[test].reset_index(drop=True)


@dataclass(frozen=True)
class Model:
    """The starter's own, trained with a seed."""

    fitted: Any

    @property
    def features(self) -> list[str]:
        return list(self.fitted.feature_names_in_)

    def scores(self, rows: pd.DataFrame) -> np.ndarray:
        answers: np.ndarray = self.fitted.predict_proba(prepare(rows, self.features))[:, 1]
        return answers


def trained(train: pd.DataFrame, seed: int) -> Model:
    said = spec().model_dump(by_alias=True)
    return Model(fit(train, {**said, "train": {**said["train"], "seed": seed}}))


def truth_of(test: pd.DataFrame) -> np.ndarray:
    return test[spec().data.target].to_numpy(dtype=np.intp)


@dataclass
class Ledger:
    """Versions and their judgements, and what they answer for the test rows: the anchors by the real rule."""

    past: list[Past] = field(default_factory=list)  # the newest first
    scores: dict[str, np.ndarray] = field(default_factory=dict)

    def register(self, judged: list[GateResult], score: np.ndarray) -> Against:
        digest = f"sha256:{len(self.past):064}"
        gates = [PastGate(*(getattr(each, name) for name in PastGate._fields)) for each in judged]
        self.past.insert(0, Past(f"v1.{len(self.past)}.0", digest, "", gates))
        self.scores[digest] = score
        return Against(LIVE, self.past[0].version, digest)

    def of(self, name: str, demand: Demand) -> Rival | None:
        found = next(anchors(self.past, demand, name), None)
        return None if found is None else Rival(self.scores[found.digest], Against("", found.version, found.digest))


NEVER = Rival(None, reason="nothing was ever live", never_deployed=True)


def case_of(train: pd.DataFrame, test: pd.DataFrame, score: np.ndarray, **more: Any) -> Case:
    """A candidate's case; latency and size are not what is asked here: 10 ms a call, 1 MB."""
    known = {"perturbed": (), "rivals": {LIVE: NEVER}, **more}
    return Case(
        root=FOLDER,
        spec=spec(),
        digest="sha256:" + "f" * 64,
        data=of_frame(rows()),
        data_changed=False,
        train=train,
        test=test,
        answers=Answers(truth_of(test), score),
        latencies=np.random.default_rng(0).normal(0.01, 0.001, 1000),
        package_bytes=1_000_000,
        **known,
    )


def asked(case: Case, gate: Gate) -> list[GateResult]:
    return list(results_of(case, gate))


def of_every_model(train: pd.DataFrame, test: pd.DataFrame) -> list[GateResult]:
    """The gates that every model has; they look at rows alone, so models of the same rows share them."""
    case = case_of(train, test, np.full(len(test), 0.5))
    return list(always.results_of(case))


def judged(train: pd.DataFrame, test: pd.DataFrame, model: Model, **more: Any) -> list[GateResult]:
    """The declared gates, of a model that was trained."""
    features = test.drop(columns=[spec().data.target])
    perturbed = tuple(
        Perturbed(gate, model.scores(perturb(gate, model.features, features, train, spec().train.seed)))
        for gate in spec().gates
        if isinstance(gate, RobustnessGate)
    )
    case = case_of(train, test, model.scores(test), perturbed=perturbed, **more)
    return [each for gate in spec().gates for each in asked(case, gate)]


def open_gates(found: list[GateResult]) -> set[str]:
    """Those that do not pass; of a column's values the column alone."""
    return {each.id for each in found if each.verdict != "pass" and (each.slice is None or each.kind == "weak_slices")}
