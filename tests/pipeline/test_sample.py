"""A pull request that may not read the data trains on a sample, which blocks what it can show and releases nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.gates.judgement import Judged, marked
from mlops_spec.pipeline import sample
from mlops_spec.spec.gates.result import GateResult

if TYPE_CHECKING:
    from conftest import Project

STORAGE = """\

storage:
  url: /srv/storage
  pull_requests: sample
  sample: data/sample.csv
"""


@pytest.fixture
def sampled(tumour: Project) -> Project:
    """The checkout of a pull request: the data is with DVC, out of reach; the sample is in Git."""
    rows = (tumour.root / "data/rows.csv").read_text() if (tumour.root / "data/rows.csv").exists() else ""
    if rows:
        tumour.write("data/sample.csv", "\n".join(rows.splitlines()[:121]) + "\n")
        tumour.write("model.yaml", (tumour.root / "model.yaml").read_text() + STORAGE)
        tumour.write(".dvc/config", "[core]\n    remote = away\n['remote \"away\"']\n    url = /nowhere/at/all\n")
        tumour.commit("Add a sample")
    (tumour.root / "data/rows.csv").unlink(missing_ok=True)
    return tumour


def judged_by(**verdicts: str) -> tuple[GateResult, ...]:
    return tuple(
        GateResult(id=kind, kind=kind, verdict=verdict, reason="")  # type: ignore[arg-type]
        for kind, verdict in verdicts.items()
    )


def test_of_a_sample_only_what_it_shows_blocks() -> None:
    results = judged_by(contract="pass", leak="pass", metric="fail", champion="inconclusive", size="pass")

    shown = marked(results)

    assert [each.on_sample for each in shown] == [None, None, True, True, None]
    assert Judged("m", "c", 1, None, results).verdict == "fail"
    assert Judged("m", "c", 1, None, shown).verdict == "pass"
    broken = marked(judged_by(contract="pass", metric="pass", latency="fail"))
    assert Judged("m", "c", 1, None, broken).verdict == "fail"


def test_the_sample_is_not_written_through_a_link(sampled: Project, tmp_path: Path) -> None:
    """A pull request may bring one, also to a file that is not there yet."""
    data, outside = sampled.root / "data/rows.csv", tmp_path / "outside"
    data.symlink_to(outside)
    sample.put(sampled.root, sampled.spec)
    assert (data.is_symlink(), outside.exists()) == (False, False)
    data.unlink()

    outside.mkdir()
    shutil.copyfile(sampled.root / "data/sample.csv", outside / "sample.csv")
    kept = (sampled.root / "data").rename(sampled.root / "kept")
    (sampled.root / "data").symlink_to(outside)
    with pytest.raises(Failure, match="a symbolic link that leads out of the repository"):
        sample.put(sampled.root, sampled.spec)
    assert not (outside / "rows.csv").exists()
    (sampled.root / "data").unlink()
    kept.rename(sampled.root / "data")


def test_the_sample_takes_the_place_of_absent_data_and_of_no_other(sampled: Project) -> None:
    data, spec = sampled.root / "data/rows.csv", sampled.spec
    assert not sample.holds(sampled.root, spec)
    sample.refuse(sampled.root, spec)

    sample.put(sampled.root, spec)

    assert data.read_bytes() == (sampled.root / "data/sample.csv").read_bytes()
    assert sample.holds(sampled.root, spec)
    assert sample.held_to(sampled.root, spec).data.contract.rows.min is None
    with pytest.raises(Failure, match=r"data/rows\.csv is the sample: what was trained on it is no release"):
        sample.refuse(sampled.root, spec)
    data.write_text("id\n1\n")
    assert sample.held_to(sampled.root, spec).data.contract.rows.min == 500
    with pytest.raises(Failure, match="is there already, and is not the sample"):
        sample.put(sampled.root, spec)
    data.unlink()
    (sampled.root / "data/sample.csv").rename(sampled.root / "data/away.csv")
    with pytest.raises(Failure, match=r"data/sample\.csv: no such file") as missing:
        sample.put(sampled.root, spec)
    (sampled.root / "data/away.csv").rename(sampled.root / "data/sample.csv")
    assert missing.value.exit_code == Exit.CONFIG


def test_a_spec_without_a_sample_is_told_so(wine: Project) -> None:
    with pytest.raises(Failure, match="the spec has no sample to train on"):
        sample.put(wine.root, wine.spec)
    assert wine.command("run", "--sample", "--push").returncode == Exit.USAGE


@pytest.mark.slow
def test_a_pull_request_trains_on_the_sample_without_the_storage(sampled: Project) -> None:
    """120 rows, where the contract asks for 500: nobody holds that against a sample, nor what it measures."""
    ran = sampled.command("run", "--sample")
    gated = sampled.command("gate")
    reported = sampled.command("report")
    bundled = sampled.command("bundle", "--out", str(sampled.root / "dist"))
    pushed = sampled.command("run", "--push")

    assert ran.returncode == 0, ran.stderr
    assert gated.returncode == 0, gated.stdout + gated.stderr
    assert "on a sample" in gated.stdout
    gates = json.loads(Path(sampled.root / "build/gate.json").read_text())["gates"]
    assert {gate["kind"] for gate in gates if gate.get("on_sample")} >= {"metric", "slice", "champion", "robustness"}
    assert not {gate["kind"] for gate in gates if gate.get("on_sample")} & {"contract", "leak", "latency", "size"}
    assert "on a sample" in reported.stdout
    assert (bundled.returncode, pushed.returncode) == (1, 1)
    assert "is the sample: what was trained on it is no release" in bundled.stderr + bundled.stdout
    assert "is the sample: what was trained on it is no release" in pushed.stderr + pushed.stdout
    assert not (sampled.root / "dist").exists()
