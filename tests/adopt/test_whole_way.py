"""The list that `adopt` gives, followed command by command as it stands, until the gates pass."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from mlops_spec.start.adopt import adopt

PIPELINE = """\
stages:
  clean:
    cmd: python code/clean.py
    wdir: ml
    deps: [../data/rows.csv]
    outs: [clean.parquet]
  train:
    cmd: python ml/code/train.py
    deps: [ml/clean.parquet]
    outs: [model.pkl]
  evaluate:
    cmd: python ml/code/evaluate.py
    deps: [model.pkl]
    metrics: [scores.json]
"""
CLEAN = """\
import pandas
pandas.read_parquet("../build/data/train.parquet").drop(columns="row").to_parquet("clean.parquet")
"""
TRAIN = """\
from pathlib import Path
import pandas, skops.io
from sklearn.linear_model import LogisticRegression
rows = pandas.read_parquet("ml/clean.parquet")
Path("build/model").mkdir(parents=True, exist_ok=True)
skops.io.dump(LogisticRegression().fit(rows[["dose", "age"]], rows["cured"]), "build/model/model.skops")
"""


def repository(root: Path) -> None:
    """A pipeline as people have it: rows in Git, data/ ignored, its old lock and results committed."""
    files = {
        "dvc.yaml": PIPELINE,
        "dvc.lock": "schema: '2.0'\n",
        "requirements.txt": "scikit-learn==1.4.2\npydantic==2.6.4\n",
        ".gitignore": "data/",
        "ml/code/clean.py": CLEAN,
        "ml/code/train.py": TRAIN,
        "ml/clean.parquet": "",
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    (root / "data").mkdir()
    chance = random.Random(4)
    with (root / "data/rows.csv").open("w", newline="", encoding="utf-8") as opened:
        table = csv.writer(opened)
        table.writerow(["dose", "age", "cured"])
        for _ in range(1500):
            dose = round(chance.uniform(0, 9), 2)
            table.writerow([dose, chance.randint(20, 80), int(chance.gauss(dose, 2) > 4)])
    for command in (["init", "-qb", "main"], ["add", "-A"], ["add", "-f", "data/rows.csv"], ["commit", "-qm", "First"]):
        subprocess.run(["git", *command], cwd=root, check=True)


def answered(spec: Path) -> None:
    text = spec.read_text(encoding="utf-8")
    for asked, answer in (
        ("task: TODO", "task: binary-classification"),
        ("@TODO", "@acme/ml"),
        ("target: TODO, id: TODO", "target: cured, id: row"),
        ("{metric: todo, min: 0}", "{metric: roc_auc, min: 0.75}"),
        ("reads: [data/rows.csv]", "reads: [build/data/train.parquet]"),
    ):
        assert asked in text
        text = text.replace(asked, answer)
    spec.write_text(text, encoding="utf-8")


SEVERAL = """\
stages:
  train:
    matrix:
      region: [emea, apac]
    cmd: python code/train.py
    deps: [code/train.py, "data/${item.region}.csv"]
    outs: ["models/${item.region}.pkl"]
"""
TRAIN_ONE = TRAIN.replace("ml/clean.parquet", "build/data/train.parquet")


def several(root: Path) -> None:
    """One pipeline at the root that trains two models by `matrix`, and one in a folder whose rows lie outside."""
    repository(root)
    rows = (root / "data/rows.csv").read_bytes()
    files = {
        "dvc.yaml": SEVERAL,
        "code/train.py": TRAIN_ONE,
        "services/churn/dvc.yaml": "stages: {fit: {cmd: python fit.py, deps: [../../data/rows.csv], outs: [m.pkl]}}\n",
        "services/churn/fit.py": TRAIN_ONE,
    }
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    for region in ("emea", "apac"):
        (root / f"data/{region}.csv").write_bytes(
            b"row,"
            + b"\n".join(
                line if number == 0 else f"{number},".encode() + line for number, line in enumerate(rows.splitlines())
            )
            + b"\n"
        )
    (root / "data/rows.csv").write_bytes((root / "data/emea.csv").read_bytes())
    for command in (["add", "-A"], ["add", "-f", "data"], ["commit", "-qm", "Second"]):
        subprocess.run(["git", *command], cwd=root, check=True)


def settled(root: Path) -> None:
    """Answers what is asked in each model's spec, and once for all."""
    for spec in root.glob("*/*/model.yaml"):
        text = spec.read_text(encoding="utf-8")
        text = text.replace("task: TODO", "task: binary-classification").replace("TODO, id: TODO", "cured, id: row")
        spec.write_text(text.replace("{metric: todo, min: 0}", "{metric: roc_auc, min: 0.75}"), encoding="utf-8")
    project = root / "pyproject.toml"
    project.write_text(project.read_text(encoding="utf-8").replace("@TODO", "@acme/ml"), encoding="utf-8")


@pytest.mark.slow
def test_the_list_of_several_models_leads_to_a_repository_that_runs_gates_and_renders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "all"
    root.mkdir()
    as_ann(monkeypatch)
    several(root)

    for step in adopt(root).steps:
        if step.what.startswith("answer"):
            settled(root)
        done = subprocess.run(["bash", "-c", step.command], cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (step, done.stdout, done.stderr)

    for command in (["mlops-spec", "render", "--check"], ["mlops-spec", "lint"], ["dvc", "status"]):
        done = subprocess.run(["uv", "run", *command], cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
    assert "up to date" in done.stdout, "DVC itself has nothing left to run"
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    assert {f"{each}/dvc.yaml" for each in ("models/emea", "models/apac", "services/churn")} <= {*tracked}
    assert "dvc.yaml" not in tracked


def as_ann(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits are Ann's, and what the project installs is found before all else."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Ann")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "ann@localhost")
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")


@pytest.mark.slow
def test_the_list_leads_to_a_repository_that_runs_gates_and_renders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "cure"
    root.mkdir()
    as_ann(monkeypatch)
    repository(root)

    for step in adopt(root).steps:
        if step.what.startswith("answer"):
            answered(root / "model.yaml")
        done = subprocess.run(["bash", "-c", step.command], cwd=root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (step, done.stdout, done.stderr)

    subprocess.run(["uv", "run", "mlops-spec", "render", "--check"], cwd=root, check=True)
    subprocess.run(["git", "diff", "--exit-code"], cwd=root, check=True)
    tracked = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True).stdout.split()
    assert "data/rows.csv.dvc" in tracked
    assert not {"data/rows.csv", "dvc.lock", "ml/clean.parquet"} & {*tracked}
