"""Recording what the gates stopped: once, with its evidence, and without a version or a tag."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest

from mlops_spec.cli.record import record_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.release.candidate import candidate_of
from mlops_spec.release.judged import record_judgement

from .conftest import ALICE, write_bundle

if TYPE_CHECKING:
    from .conftest import House


def test_a_failed_judgement_is_recorded_once_with_what_it_rests_on(house: House) -> None:
    bundle = house.bundle(verdict="fail", auc=0.6)
    record, new = record_judgement(house.git, candidate_of(house.git, bundle, ALICE, house.now))
    other = house.clone("other")
    again, twice = record_judgement(other.git, candidate_of(other.git, bundle, ALICE, house.now))

    assert (new, twice, again) == (True, False, record)
    assert (record.event, record.result, record.what.version) == ("gate.outcome", "fail", None)
    assert record.why
    assert [gate.verdict for gate in record.why.gates] == [*["pass"] * 4, "fail"]
    assert [(each.kind, each.digest, each.uri) for each in record.evidence] == [
        (kind, "sha256:" + hashlib.sha256(bundle.files[name]).hexdigest(), None)
        for kind, name in (("gates", "gate.json"), ("evaluation", "evaluation.json"))
    ]
    assert house.git.remote_refs("refs/tags/*") == {}


def test_what_passes_is_not_recorded_as_a_failure(house: House) -> None:
    with pytest.raises(Failure, match="there is no failure to record") as raised:
        record_judgement(house.git, candidate_of(house.git, house.bundle(), ALICE, house.now))

    assert raised.value.exit_code == Exit.USAGE
    assert house.records() == ()


def test_the_command(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    folder = house.git.directory / "judged"
    write_bundle(folder, commit=house.git.commit_id(), verdict="inconclusive", auc=0.7)
    digest, handed = (
        "sha256:" + hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("manifest.json", "SHA256SUMS")
    )
    told = ["-C", str(house.git.directory), "--bundle", "judged"]

    assert record_command.main([*told, "--digest", handed], standalone_mode=False) == 0
    assert capsys.readouterr().out == "record 0: churn was stopped by roc_auc (inconclusive)\n"
    assert record_command.main([*told, "--digest", "", "--format", "json"], standalone_mode=False) == 0
    assert json.loads(capsys.readouterr().out) == {
        "record": 0,
        "new": False,
        "digest": digest,
        "result": "inconclusive",
    }
    with pytest.raises(Failure, match="was handed over"):
        record_command.main([*told, "--digest", "sha256:" + "0" * 64], standalone_mode=False)
