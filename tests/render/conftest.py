"""Specs to render: those of the golden cases, and variants that meet in every pair of the spec's switches."""

from __future__ import annotations

import itertools
import random
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec.lint.load import load_spec
from mlops_spec.outputs.rendered import rendered
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Iterator

CASES = sorted(path.parent for path in Path(__file__).parent.glob("*/model.yaml"))
VARIANTS = 64

ROLE = "arn:aws:iam::123456789012:role"
GUID = "11111111-2222-4333-8444-555555555555"

# Each switch and its positions, as parts of a spec.
SWITCHES: dict[str, list[dict[str, Any]]] = {
    "task": [{"task": "binary-classification"}, {"task": "multiclass-classification"}, {"task": "regression"}],
    "owners": [{"owners": ["@acme/one"]}, {"owners": ["@one", "@two", "@acme/three.four"]}],
    "description": [{}, {"description": 'What it\'s for: "predicting" 100 % #1 \\ no & <b>'}],
    "source": [
        {"data": {"path": "data/rows of 2026.csv", "target": "y"}},
        {"data": {"path": {"import": "s3://bucket/a-b/rows.parquet"}, "target": "the target", "id": "id"}},
    ],
    "split": [
        {},
        {"data": {"split": {"by": "time", "column": "at"}}},
        {"data": {"split": {"by": "group", "column": "who"}, "protected": ["sex"]}},
        {"data": {"split": {"by": "column", "column": "part"}, "contract": {"rows": {"min": 10}}}},
    ],
    "pipeline": [
        {},
        {"pipeline": {"features": {"run": "make features", "reads": ["build/data"], "writes": ["build/features"]}}},
        {
            "pipeline": {
                "late-one": {"run": "b", "reads": ["build/a/x.csv", "conf/b.json"], "writes": ["build/b"]},
                "early_one": {"run": "a", "writes": ["build/a", "build/a b.csv"]},
            }
        },
    ],
    "train": [
        {"train": {"run": "python -m m"}},
        {"train": {"run": "python -m m", "params": {"depth": 3}, "seed": 7, "predictor": "m.p:load"}},
        {"train": {"run": "python -m m", "features": {"exclude": ["id"]}, "trusted_types": ["a.B"]}},
    ],
    "format": [{}, {"train": {"format": "onnx"}}, {"train": {"format": "safetensors", "predictor": "m:load"}}],
    "compute": [
        {},
        {"train": {"compute": {"runner": "ubuntu-24.04-arm", "timeout": "90s"}}},
        {"train": {"compute": {"timeout": "6h", "runner": "ubuntu-24.04-a100.large_2"}}},
    ],
    "evaluate": [{}, {"evaluate": {"metrics": ["roc_auc", "log_loss"], "slices": ["age band"], "threshold": 0.3}}],
    "gates": [
        {"gates": [{"metric": "roc_auc", "min": 0.7}]},
        {
            "gates": [
                {"metric": "log_loss", "max": 1.5},
                {"slice": "age band", "metric": "roc_auc", "min": 0.7},
                {"fairness": "equalized_odds_difference", "by": ["sex", "age band"], "max": 0.1},
                {"weak_slices": ["age band"], "metric": "roc_auc", "min": 0.6},
                {"weak_slices": "all", "metric": "log_loss", "max": 1.7, "min_rows": 500, "depth": 2},
                {"robustness": "noise", "metric": "roc_auc", "max_drop": 0.1},
                {"latency": {"p99": "50ms"}},
                {"size": {"max": "50MB"}},
            ]
        },
    ],
    "environments": [
        {},
        {"environments": {"staging": {"after": "merge"}}},
        {"environments": {"staging": {"after": "merge"}, "production": {"after": "staging"}}},
        {"environments": {"eu": {"after": "merge"}, "us": {"after": "merge"}, "all": {"after": "us"}}},
        {
            "environments": {
                "one": {"after": "merge"},
                "two": {
                    "after": "one",
                    "promote": {"approvals": 2, "approvers": ["@acme/risk"], "soak": "1h"},
                    "rollout": {"canary": [10, 50], "watch": "10m"},
                },
                "three": {"after": "two", "listen": "127.0.0.1:8083"},
            }
        },
    ],
    "batches": [
        {},
        {
            "environments": {
                "nightly": {
                    "target": "batch",
                    "after": "merge",
                    "input": "s3://acme-data/in/{date}/*.parquet",
                    "output": "s3://acme-data/out/{date}/",
                    "schedule": "20 3 * * *",
                    "runner": "ubuntu-24.04",
                },
                "late": {
                    "target": "batch",
                    "after": "nightly",
                    "input": "s3://acme-data/in/{date}/*.parquet",
                    "output": "s3://acme-data/late/{date}/",
                    "runner": "ubuntu-24.04",
                },
            }
        },
    ],
    "monitor": [
        {},
        {"monitor": {"on_alert": {"open": "issue"}}},
        {"monitor": {"schedule": "*/30 6-18 * * MON-FRI", "on_alert": {"open": "pull-request"}}},
    ],
    "governance": [
        {},
        {"governance": {"risk": "high", "intended_use": "Review, not refusal.", "out_of_scope": ["- minors", "1. x"]}},
    ],
    "provenance": [{}, {"governance": {"provenance": "github"}}],
    "queue": [{}, {"governance": {"merge_queue": True}}],
    "storage": [
        {},
        {
            "storage": {
                "url": "s3://acme/models",
                "region": "eu-central-1",
                "sign_in": {"aws": {"read": f"{ROLE}/read", "write": f"{ROLE}/path/write", "score": f"{ROLE}/score"}},
            }
        },
        {
            "storage": {
                "url": "gs://acme",
                "pull_requests": "after-merge",
                "sign_in": {
                    "google": {
                        "provider": "projects/1/locations/global/workloadIdentityPools/github/providers/github",
                        "write": "writer@acme-models.iam.gserviceaccount.com",
                    }
                },
            }
        },
        {
            "storage": {
                "url": "azure://models",
                "pull_requests": "sample",
                "sample": "samples/rows of 2026.csv",
                "sign_in": {
                    "azure": {"tenant": GUID, "account": "acme", "read": GUID, "write": GUID.replace("5", "6")}
                },
            },
        },
        {
            "storage": {
                "url": "s3://acme/models",
                "endpoint": "https://s3.example.org",
                "sign_in": {
                    "secrets": {"read": ["KEY_ID", "KEY"], "write": ["KEY", "KEY_ID"], "score": ["KEY_ID", "KEY"]}
                },
            }
        },
        {"storage": {"url": "/srv/models"}},
    ],
}


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    both = dict(one)
    for key, value in other.items():
        mergeable = isinstance(value, dict) and isinstance(both.get(key), dict)
        both[key] = merged(both[key], value) if mergeable else value
    return both


def document(positions: dict[str, int]) -> dict[str, Any]:
    found: dict[str, Any] = {"spec": 1, "model": "a-model"}
    for switch, position in positions.items():
        found = merged(found, SWITCHES[switch][position])
    return found


def pairwise(count: int) -> Iterator[dict[str, int]]:
    """Settings of all switches in which every two positions of two switches meet; then more, up to `count`."""
    choice = random.Random(2026)
    missing = {
        ((one, a), (other, b))
        for one, other in itertools.combinations(SWITCHES, 2)
        for a in range(len(SWITCHES[one]))
        for b in range(len(SWITCHES[other]))
    }
    for number in itertools.count():
        if not missing and number >= count:
            return
        drawn = [{name: choice.randrange(len(each)) for name, each in SWITCHES.items()} for _ in range(60)]
        best = max(drawn, key=lambda each: len(missing & set(itertools.combinations(each.items(), 2))))
        missing -= set(itertools.combinations(best.items(), 2))
        yield best


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("case", CASES, ids=lambda case: case.name)


@pytest.fixture(scope="session")
def documents() -> list[dict[str, Any]]:
    """The variants, as `model.yaml` holds them."""
    return [document(positions) for positions in pairwise(VARIANTS)]


@pytest.fixture(scope="session")
def variants(documents: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A rendered repository of each variant."""
    root = tmp_path_factory.mktemp("variants")
    found = []
    for number, each in enumerate(documents):
        repository = root / f"{number:03}"
        (repository / "src").mkdir(parents=True)
        (repository / "model.yaml").write_text(yaml.safe_dump(each, sort_keys=False))
        for path, text in rendered(repository, Spec.model_validate(each)).items():
            (repository / path).parent.mkdir(parents=True, exist_ok=True)
            (repository / path).write_text(text, encoding="utf-8")
        subprocess.run(["git", "init", "-q", str(repository)], check=True)
        found.append(repository)
    return found


@pytest.fixture
def repository(case: Path, tmp_path: Path) -> Path:
    """A case's repository before it is rendered."""
    root = tmp_path / "repository"
    if (case / "repository").is_dir():
        shutil.copytree(case / "repository", root)
    else:
        root.mkdir()
    shutil.copy(case / "model.yaml", root / "model.yaml")
    return root


@pytest.fixture
def spec(repository: Path) -> Spec:
    return load_spec(repository / "model.yaml")
