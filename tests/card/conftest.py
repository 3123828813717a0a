"""A release's evidence in full, and a repository where it is registered."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mlops_spec.git import Git, Update
from mlops_spec.ledger.record import Actor, Who
from mlops_spec.lint.load import load_spec
from mlops_spec.package import manifest
from mlops_spec.rehearse.hub.origin import Origin
from mlops_spec.release.bundle import Bundle, bundle_of
from mlops_spec.release.card.evidence import Evidence, evidence_of
from mlops_spec.release.register import register

CASE = Path(__file__).parent.parent / "render" / "full"
SPEC = load_spec(CASE / "model.yaml")
DECLARED = (CASE / "expected" / "MODEL_CARD.md").read_text(encoding="utf-8")
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
COMMIT = "875f2084a8ea131101c8a88ea354c460be7dab4c"
ALICE = Who(actor=Actor(login="alice", id=101, kind="human"))


def measured(value: float | None, width: float = 0.01) -> dict[str, float | None]:
    if value is None:
        return {"value": None, "low": None, "high": None}
    return {"value": value, "low": value - width, "high": value + width}


MEASURES = {"roc_auc": measured(0.7821391401164256), "brier_score": measured(0.25), "log_loss": measured(None)}
CALIBRATION = {"brier_score": 0.25, "reliability": 0.01, "resolution": 0.02, "uncertainty": 0.2605, "within": -0.0005}
SIMPLE = {
    "kind": "logistic regression",
    "rows": 20_000,
    "measures": {
        "roc_auc": {
            "constant": 0.5,
            "linear": 0.728286,
            "lead": {"value": 0.0538531, "low": 0.0431434, "high": 0.0662927},
        },
        "brier_score": {"constant": 0.172684, "linear": 0.26},
    },
}
GATES: list[dict[str, Any]] = [
    {"id": "contract", "kind": "contract", "value": 0.0, "bound": {"op": "=", "value": 0.0}, "verdict": "pass"},
    {
        "id": "roc_auc",
        "kind": "metric",
        "metric": "roc_auc",
        "value": 0.7821391401164256,
        "low": 0.7721391401164256,
        "high": 0.7921391401164256,
        "bound": {"op": ">=", "value": 0.76},
        "baseline": 0.75,
        "verdict": "pass",
    },
    {
        "id": "fairness/equalized_odds_difference/sex",
        "kind": "fairness",
        "metric": "equalized_odds_difference",
        "value": 0.14,
        "low": 0.1,
        "high": 0.18,
        "bound": {"op": "<=", "value": 0.1},
        "verdict": "fail",
        "waived_until": "2027-01-31",
    },
]
MANIFEST = manifest.Manifest(
    v=1,
    model=SPEC.model,
    task=SPEC.task,
    format="skops",
    predictor=None,
    trusted_types=(),
    positive=1,
    classes=(0, 1),
    threshold=0.5,
    features=("age",),
    signature=manifest.Signature(
        inputs=(manifest.Tensor(name="age", datatype="INT64", shape=(-1,)),),
        outputs=(manifest.Tensor(name="probability", datatype="FP64", shape=(-1,)),),
    ),
    files=(
        manifest.PackagedFile(path="code/a.py", sha256="a" * 64, bytes=1),
        manifest.PackagedFile(path="model/model.skops", sha256="b" * 64, bytes=9),
    ),
    spec_sha256="0" * 64,
    data=manifest.Data(sha256="c" * 64, rows=30000),
    versions={"mlops-spec": "0.1.0", "python": "3.11.7", "scikit-learn": "1.9.1"},
)
LOCK = "schema: '2.0'\nstages:\n  train: {cmd: mlops-spec stage train}\n"


def as_written(value: Any) -> bytes:
    """As a run writes it, were it not for numbers that no run writes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def bundle(commit: str = COMMIT, gates: Any = None, card: str = DECLARED, seed: int = 0, **evaluated: Any) -> Bundle:
    """A bundle; each `seed` is another package, and `evaluated` replaces fields of evaluation.json."""
    slices = {"age_band": {"[0,25)": {"rows": 651, "measures": MEASURES}, "a|b": {"rows": 12, "measures": {}}}}
    evaluation = {"v": 1, "model": SPEC.model, "rows": 7384, "measures": MEASURES} | {
        "test_sha256": "1" * 64,
        "predictions_sha256": "2" * 64,
        "calibration": CALIBRATION,
        "simple_model": SIMPLE,
        "slices": slices,
        **evaluated,
    }
    against = {"environment": "production", "version": "v1.3.2", "digest": f"sha256:{'d' * 64}"}
    judged = {
        "v": 1,
        "model": SPEC.model,
        "commit": commit,
        "rows": 7384,
        "against": against,
        "verdict": "pass",
        "gates": [{"low": gate["value"], "high": gate["value"], "reason": "", **gate} for gate in gates or GATES],
        "seconds": {},
    }
    files = {
        "manifest.json": manifest.manifest_bytes(replace(MANIFEST, spec_sha256=f"{seed:064x}")),
        "gate.json": as_written(judged),
        "evaluation.json": as_written(evaluation),
        "package.dir": b"[]",
        "dvc.lock": LOCK.encode(),
        "MODEL_CARD.md": card.encode(),
    }
    return bundle_of(files, Path("dist"))


def evidence(version: str | None = "v1.4.0", **changed: Any) -> Evidence:
    return evidence_of(bundle(**changed), SPEC, version)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A clone whose main has the spec and its card, with v1.0.0 registered, whose gates are not all of the spec's."""
    monkeypatch.setattr(Bundle, "verify", lambda *_: None)
    origin = Origin.create(tmp_path / "origin.git")
    Git(tmp_path).run("clone", "--quiet", str(origin.path), str(tmp_path / "clone"))
    git = Git.open(tmp_path / "clone")
    files = {"model.yaml": (CASE / "model.yaml").read_bytes(), "MODEL_CARD.md": DECLARED.encode()}
    commit = git.write_commit(git.write_tree(None, {**files}), message="Begin", when=START)
    git.push(Update("refs/heads/main", commit, None))
    git.run("fetch", "--quiet", "origin")
    git.run("reset", "--hard", "--quiet", commit)
    waived = [gate | {"verdict": "pass", "value": 0.1} if gate["kind"] == "fairness" else gate for gate in GATES]
    register(git, bundle(commit, waived), who=ALICE, now=START)
    return git


def without_version(found: Evidence) -> Evidence:
    return replace(found, version=None)
