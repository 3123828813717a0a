"""Each task on real data, through the real DVC, by the commands that people and workflows call."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score

from mlops_spec import ledger
from mlops_spec.errors import Failure
from mlops_spec.git import Git
from mlops_spec.ledger.record import Actor, Who
from mlops_spec.package.on_disk import digest, verify
from mlops_spec.package.predictor.load import load_predict
from mlops_spec.release.ask import Waiting, ask
from mlops_spec.release.bundle import read_bundle
from mlops_spec.release.promotion import follow
from mlops_spec.release.register import register
from mlops_spec.release.world import look

if TYPE_CHECKING:
    import subprocess

    from .conftest import Project

pytestmark = pytest.mark.e2e
SOMEBODY = Who(actor=Actor(login="alice", id=101, kind="human"))


def read(project: Project, path: str) -> Any:
    return json.loads((project.root / path).read_text())


def ran(project: Project, *arguments: str) -> dict[str, str]:
    """The outcome of each stage of a run."""
    done = project.command("run", "--format", "json", *arguments)
    assert done.returncode == 0, done.stderr
    return {stage["name"]: stage["outcome"] for stage in json.loads(done.stdout)["stages"]}


def predicted(project: Project) -> tuple[pd.DataFrame, np.ndarray]:
    """The test rows, and what the package answers for them."""
    verify(project.root / "build/package")
    test = pd.read_parquet(project.root / "build/data/test.parquet")
    return test, load_predict(project.root / "build/package")(test)


@dataclass(frozen=True)
class First:
    """A model's repository after its first run and its first judgement."""

    project: Project
    stages: dict[str, str]
    gate: subprocess.CompletedProcess[str]


def first(project: Project) -> First:
    return First(project, ran(project), project.command("gate", "--format", "json"))


@pytest.fixture(scope="module")
def trained(progression: Project) -> First:
    return first(progression)


@pytest.fixture(scope="module")
def diagnosed(tumour: Project) -> First:
    return first(tumour)


@pytest.mark.slow
@pytest.mark.xdist_group("wine")
def test_several_classes_by_a_lone_skops_file(wine: Project) -> None:
    assert ran(wine) == dict.fromkeys(("split", "train", "evaluate", "package"), "ran")

    test, answer = predicted(wine)
    classes = read(wine, "build/package/manifest.json")["classes"]
    assert classes == ["barbera", "barolo", "grignolino"]
    accuracy = accuracy_score(test["cultivar"], np.array(classes)[answer.argmax(axis=1)])
    assert read(wine, "build/evaluate/evaluation.json")["measures"]["accuracy"]["value"] == pytest.approx(accuracy)
    done = wine.command("gate")
    assert done.returncode == 0, done.stdout
    assert "83 test rows · PASS" in done.stdout


@pytest.mark.xdist_group("progression")
def test_values_by_a_lone_onnx_file(trained: First) -> None:
    assert list(trained.stages) == ["split", "features", "train", "evaluate", "package"]

    test, answer = predicted(trained.project)
    measured = read(trained.project, "build/evaluate/evaluation.json")["measures"]
    assert measured["r2"]["value"] == pytest.approx(r2_score(test["progression"], answer))
    assert trained.gate.returncode == 0, trained.gate.stdout
    assert {gate["id"] for gate in json.loads(trained.gate.stdout)["gates"]} == {
        "contract",
        "leak",
        "leak/near",
        "leak/target",
        "r2",
        "mean_absolute_error",
    }


@pytest.mark.xdist_group("progression")
def test_a_part_of_the_spec_that_no_stage_reads_runs_nothing_again(trained: First) -> None:
    spec = trained.project.root / "model.yaml"
    spec.write_text(spec.read_text() + "governance: {risk: limited}\n")

    assert set(ran(trained.project).values()) == {"unchanged"}
    assert trained.project.command("gate").returncode == 0


@pytest.mark.xdist_group("progression")
def test_one_stage_runs_with_what_it_needs(trained: First) -> None:
    assert list(ran(trained.project, "train")) == ["split", "features", "train"]


@pytest.mark.xdist_group("progression")
def test_results_of_another_spec_are_not_judged(trained: First) -> None:
    spec = trained.project.root / "model.yaml"
    before = spec.read_text()
    spec.write_text(before.replace("resamples: 200", "resamples: 300"))

    done = trained.project.command("gate")

    spec.write_text(before)
    assert done.returncode == 75
    assert "model.yaml changed since build/package was built" in done.stderr
    assert "mlops-spec run" in done.stderr


@pytest.mark.xdist_group("progression")
def test_a_package_that_was_changed_is_not_judged(trained: First) -> None:
    model = trained.project.root / "build/package/model/model.onnx"
    before = model.read_bytes()
    model.write_bytes(before + b"\0")

    done = trained.project.command("gate")

    model.write_bytes(before)
    assert done.returncode == 78
    assert "model.onnx has" in done.stderr


@pytest.mark.xdist_group("tumour")
def test_two_classes_by_a_predictor_and_every_kind_of_gate(diagnosed: First) -> None:
    assert diagnosed.stages == dict.fromkeys(("split", "train", "evaluate", "package"), "ran")

    test, answer = predicted(diagnosed.project)
    assert diagnosed.gate.returncode == 0, diagnosed.gate.stdout
    gates = {gate["id"]: gate for gate in json.loads(diagnosed.gate.stdout)["gates"]}
    assert gates["roc_auc"]["value"] == pytest.approx(roc_auc_score(test["diagnosis"] == "malignant", answer))
    assert list(gates) == [
        "contract",
        "leak",
        "leak/near",
        "leak/target",
        "roc_auc",
        "cost",
        "champion/staging/roc_auc",
        "slice/texture_band/roc_auc",
        "slice/texture_band/roc_auc/[0,20)",
        "slice/texture_band/roc_auc/[20,50)",
        "weak_slices/roc_auc",
        "fairness/demographic_parity_difference/texture_band",
        "robustness/missing/roc_auc",
        "latency/p99",
        "size",
    ]
    assert gates["champion/staging/roc_auc"]["reason"].startswith("no champion yet: by the ledger nothing was ever")
    assert set(read(diagnosed.project, "build/gate.json")["seconds"]) == {"split", "train", "evaluate", "package"}


@pytest.mark.xdist_group("tumour")
def test_the_drill_finds_the_gate_that_stops_too_little(diagnosed: First) -> None:
    """All gates, the measure of the user's own among them, but for a disparity that may be as large as 0.95."""
    before = digest(diagnosed.project.root / "build/package")

    done = diagnosed.project.command("drill", "--format", "json")

    drilled = json.loads(done.stdout)
    assert [(attack["gate"], attack["attack"]) for attack in drilled["attacks"] if not attack["stopped"]] == [
        ("fairness/demographic_parity_difference/texture_band", "one group's threshold shifted")
    ]
    assert done.returncode == 1, done.stderr
    gates = [gate["id"] for gate in json.loads(diagnosed.gate.stdout)["gates"] if gate["id"].count("/[") == 0]
    assert list(dict.fromkeys(attack["gate"] for attack in drilled["attacks"])) == gates
    assert read(diagnosed.project, "build/drill.json") == drilled
    assert digest(diagnosed.project.root / "build/package") == before


@pytest.mark.xdist_group("tumour")
def test_the_report_fits_a_pull_request(diagnosed: First) -> None:
    done = diagnosed.project.command("report", "--summary", str(diagnosed.project.root / "build/summary.md"))

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("### tumour: ✅ pass · ")
    assert "| `slice texture_band=[0,20): roc_auc` |" in done.stdout
    assert (diagnosed.project.root / "build/summary.md").read_text() == done.stdout
    assert (diagnosed.project.root / "build/report.json").stat().st_size < 60_000


@pytest.mark.xdist_group("tumour")
def test_dvc_shows_measures_and_plots(diagnosed: First) -> None:
    metrics = json.loads(diagnosed.project.tool("dvc", "metrics", "show", "--json"))
    assert "roc_auc" in json.dumps(metrics)
    shown = json.loads(diagnosed.project.tool("dvc", "plots", "show", "--json", "--out", "build/shown"))
    assert not shown.get("errors")
    drawn = {name.rpartition("/")[2]: plot for name, (plot, *_) in shown["data"].items()}
    assert set(drawn) == {path.name for path in (diagnosed.project.root / "build/evaluate/plots").iterdir()}
    roc = drawn["roc.json"]["content"]
    assert roc["encoding"]["x"]["field"] == "false_positive_rate"
    assert '"y": {"field": "true_positive_rate"' in json.dumps(roc)


@pytest.mark.xdist_group("tumour")
def test_nothing_changed_runs_nothing(diagnosed: First) -> None:
    assert ran(diagnosed.project) == dict.fromkeys(("split", "train", "evaluate", "package"), "unchanged")
    assert diagnosed.project.tool("git", "status", "--short") == "?? dvc.lock\n"


@pytest.fixture(scope="module")
def released(diagnosed: First) -> Project:
    """The first version is registered, and live in staging."""
    tumour = diagnosed.project
    tumour.write("deploy/staging.yaml", "environment: staging\nmodel: tumour\nfollow: registered\n")
    tumour.commit("Declare staging")
    assert ran(tumour, "--push")
    assert tumour.command("gate").returncode == 0
    done = tumour.command("bundle", "--out", str(tumour.root / "build/dist"))
    assert done.returncode == 0, done.stderr
    tumour.tool("git", "push", "--quiet", "origin", "main")
    git = Git.open(tumour.root)
    shutil.copytree(tumour.root / "build/package", tumour.root / "build/first")
    register(git, read_bundle(tumour.root / "build/dist", done.stdout.strip()), who=SOMEBODY)
    with pytest.raises(Failure, match="is still open"):
        ask(git, lambda: follow(look(git), "staging", "v1.0.0", None), SOMEBODY, Waiting(0))
    (intent,) = ledger.open_intents(ledger.read(git))
    ledger.append_outcome(git, intent, ledger.Outcome("succeeded"), who=SOMEBODY)
    return tumour


@pytest.mark.slow
@pytest.mark.xdist_group("tumour")
def test_a_worse_model_is_stopped_by_the_champion(released: Project) -> None:
    """Without its best measurements the model tells less than the one that is live."""
    spec = released.root / "model.yaml"
    worse = "[texture_band, mean_radius, worst_area, worst_concavity]"
    spec.write_text(spec.read_text().replace("exclude: [texture_band]", f"exclude: {worse}"))
    released.commit("Drop measurements")
    assert ran(released) == {"split": "unchanged", "train": "ran", "evaluate": "ran", "package": "ran"}

    done = released.command("gate", "--failed", str(released.root / "build/judged"), "--format", "json")

    assert done.returncode == 1, done.stderr
    judged = json.loads(done.stdout)
    gates = {gate["id"]: gate for gate in judged["gates"]}
    assert judged["verdict"] == "fail"
    assert [gate.id for gate in read_bundle(released.root / "build/judged").blocking("2026-01-01")] == [
        gate["id"] for gate in judged["gates"] if gate["verdict"] != "pass"
    ]
    assert judged["against"]["version"] == "v1.0.0"
    assert gates["champion/staging/roc_auc"]["verdict"] == "fail"
    assert gates["champion/staging/roc_auc"]["baseline"] > 0.98
    bundled = released.command("bundle", "--out", str(released.root / "build/worse"))
    assert bundled.returncode == 1
    assert "there is nothing to release" in bundled.stderr
    assert not (released.root / "build/worse").exists()


@pytest.mark.slow
@pytest.mark.xdist_group("tumour")
def test_a_fresh_clone_starts_from_the_newest_release(released: Project) -> None:
    """Nothing is trained that the release has trained: its lock and the DVC remote have it all."""
    clone = type(released)(released.root.parent / "clone")
    released.tool("git", "clone", "--quiet", str(released.root.parent / "origin.git"), str(clone.root))

    done = clone.command("run", "--format", "json")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["started_from"] == "tumour@v1.0.0"
    assert {stage["outcome"] for stage in json.loads(done.stdout)["stages"]} <= {"cached", "unchanged"}
    verify(clone.root / "build/package", digest(released.root / "build/first"))
