"""Where the jobs run that run the user's code: the label or the runner group that the spec says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mlops_spec.outputs.rendered import rendered
from mlops_spec.spec import Spec

SPEC = Path(__file__).parent / "aws/model.yaml"
TRAINING = [("mlops-train", "train"), ("mlops-pull-request", "train"), ("mlops-try", "train")]


@pytest.mark.parametrize(
    ("compute", "runs_on", "told"),
    [
        ({}, "ubuntu-24.04", None),
        ({"runner": "gpu-linux"}, "gpu-linux", ["gpu-linux"]),
        ({"group": "ent/Large runners"}, {"group": "ent/Large runners"}, None),
        (
            {"group": "gpu", "runner": "ubuntu-24.04-a100"},
            {"group": "gpu", "labels": "ubuntu-24.04-a100"},
            ["ubuntu-24.04-a100"],
        ),
    ],
)
def test_training_runs_where_the_spec_says(tmp_path: Path, compute: Any, runs_on: Any, told: Any) -> None:
    document = yaml.safe_load(SPEC.read_text())
    document["train"]["compute"] = compute
    texts = {str(path): text for path, text in rendered(tmp_path, Spec.model_validate(document)).items()}

    for name, job in TRAINING:
        jobs = yaml.safe_load(texts[f".github/workflows/{name}.yml"])["jobs"]
        assert jobs.pop(job)["runs-on"] == runs_on
        assert {each["runs-on"] for each in jobs.values()} == {"ubuntu-24.04"}
    actionlint = texts.get(".github/actionlint.yaml")
    assert (yaml.safe_load(actionlint)["self-hosted-runner"]["labels"] if actionlint else None) == told
