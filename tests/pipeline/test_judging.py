"""What happens in which order when a candidate is judged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.gates import judging
from mlops_spec.gates import started as beginning
from mlops_spec.gates.candidate import Candidate
from mlops_spec.gates.case import Rival
from mlops_spec.gates.scoring import Scored
from mlops_spec.git import Git
from mlops_spec.package.manifest import Data, Manifest, Signature, manifest_bytes
from mlops_spec.pipeline.answers import Answers
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from pathlib import Path

SPEC = Spec.model_validate(
    {
        "spec": 1,
        "model": "m",
        "task": "binary-classification",
        "owners": ["@a"],
        "data": {"path": "rows.csv", "target": "target"},
        "train": {"run": "x"},
        "gates": [{"champion": "production", "metric": "roc_auc"}],
        "environments": {"production": {"after": "merge"}},
    }
)
ROWS = pd.DataFrame({"a": [1.0, 2.0], "target": [0, 1]})
SCORE = np.array([0.2, 0.7])
MANIFEST = Manifest(
    v=1,
    model="m",
    task="binary-classification",
    format="skops",
    predictor=None,
    trusted_types=(),
    positive=1,
    classes=(0, 1),
    threshold=0.5,
    features=("a",),
    signature=Signature(inputs=(), outputs=()),
    files=(),
    spec_sha256="0" * 64,
    data=Data(sha256="0" * 64, rows=2),
    versions={},
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a package of another spec."""
    git = Git(tmp_path)
    git.run("init", "--quiet", "--initial-branch=main")
    git.run("-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "--message=first")
    for path, content in {
        model_folder.PACKAGE / model_folder.MANIFEST: manifest_bytes(MANIFEST),
        model_folder.SPLIT_REPORT: json.dumps(
            {"classes": [0, 1], "positive": 1, "data": {"sha256": "0" * 64, "rows": 2}}
        ).encode(),
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    ROWS.to_csv(tmp_path / "rows.csv", index=False)
    return tmp_path


class Recorded:
    """A process that answers, and notes when."""

    def __init__(self, events: list[str]) -> None:
        self.events = events

    def ask(self, frames: list[pd.DataFrame], batch: int | None) -> Recorded:
        assert ([list(frame) for frame in frames], batch) == ([["a"]], None)
        self.events.append("the candidate is asked")
        return self

    def answers(self) -> Scored:
        self.events.append("the candidate has answered")
        return Scored((SCORE,), None)


def test_a_champion_is_fetched_while_the_candidate_answers_and_asked_afterwards(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes that score at a time would lengthen each other's calls."""
    events: list[str] = []

    def fetched(*_: Any) -> Rival:
        events.append("the champion is fetched")
        return Rival(SCORE)

    def rival_of(found: Rival, *_: Any) -> Rival:
        events.append("the champion is asked")
        return found

    candidate = Candidate(MANIFEST, ROWS, ROWS, Answers(ROWS["target"].to_numpy(), SCORE))
    monkeypatch.setattr(judging, "candidate_of", lambda *_: candidate)
    monkeypatch.setattr(judging, "fetched", fetched)
    monkeypatch.setattr(judging, "rival_of", rival_of)
    process: Any = Recorded(events)

    judging.judged_of(Git.open(root), SPEC, MANIFEST, process, None)

    assert events == [
        "the candidate is asked",
        "the champion is fetched",
        "the candidate has answered",
        "the champion is asked",
    ]


def test_of_a_stale_candidate_nothing_is_started(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginning, "scorer", lambda _: pytest.fail("a model's own code was started"))

    with (
        pytest.raises(Failure, match="changed since build/package was built") as caught,
        beginning.started(root, SPEC),
    ):
        pytest.fail("something was started")

    assert caught.value.exit_code == Exit.STALE
