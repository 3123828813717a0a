"""Registering, on real repositories."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.cli.release import register_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, Stale, Update
from mlops_spec.integrity.seal import seal
from mlops_spec.ledger.checkpoint import parse as parse_checkpoint
from mlops_spec.release.bundle import read_bundle
from mlops_spec.release.register import GatesFailed, register, registered

from .conftest import ALICE, write_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from .conftest import House


def test_the_first_version_is_a_tag_on_a_commit_that_no_branch_has(house: House) -> None:
    main = house.git.commit_id()
    done = house.register()

    assert done.new
    assert done.record.what.version == "v1.0.0"
    tag = done.record.what.tag
    assert tag
    assert house.git.remote_refs("refs/tags/*") == {
        "refs/tags/churn@v1.0.0": tag.object,
        "refs/tags/churn@v1.0.0^{}": tag.target,
    }
    assert house.git.text("rev-parse", f"{tag.target}^") == main
    assert house.git.remote_refs("refs/heads/main") == {"refs/heads/main": main}
    added = house.git.text("diff", "--name-only", main, tag.target).split()
    assert added == [
        "MODEL_CARD.md",
        "dvc.lock",
        "release/bill.cdx.json",
        "release/evaluation.json",
        "release/gate.json",
        "release/manifest.json",
        "release/package.dir",
        "release/release.intoto.json",
        "release/test-result.intoto.json",
    ]
    assert house.git.text("status", "--porcelain") == ""


def test_the_record_says_what_it_was_made_from(house: House) -> None:
    house.register()
    (record,) = house.records()

    assert record.event == "register"
    assert record.from_what
    assert record.from_what.commit == house.git.commit_id()
    assert [(data.name, data.rows) for data in record.from_what.data] == [("data/churn.csv", 1000)]
    assert record.why
    assert [(gate.id, gate.verdict) for gate in record.why.gates] == [
        (name, "pass") for name in ("contract", "leak", "leak/near", "leak/target", "roc_auc")
    ]
    assert record.why.text == "Begin"


def test_the_tag_carries_a_checkpoint_of_the_ledger_before_it(house: House) -> None:
    house.register()
    before = ledger.head(house.git).checkpoint
    house.commit({"src/a.py": "1\n"})
    house.register(code=2)
    message = house.git.text("tag", "--list", "--format=%(contents)", "churn@v1.1.0")

    assert parse_checkpoint(message) == before


@pytest.mark.parametrize(
    ("change", "version", "parts"),
    [
        ({"data": 2}, "v1.0.1", ("data",)),
        ({"code": 2}, "v1.1.0", ("code",)),
        ({"rate": 0.2}, "v1.1.0", ("parameters",)),
        ({"data": 2, "rate": 0.2}, "v1.1.0", ("parameters", "data")),
        ({"inputs": ("age", "income")}, "v2.0.0", ("signature",)),
        ({"auc": 0.81}, "v1.0.1", ()),
    ],
    ids=["data", "code", "parameters", "parameters and data", "signature", "nothing that is read"],
)
def test_the_number_says_what_changed(
    house: House, change: dict[str, Any], version: str, parts: tuple[str, ...]
) -> None:
    house.register()
    house.commit({"notes": "x"})
    done = house.register(**change)

    assert (done.record.what.version, done.changed) == (version, parts)


def test_the_same_package_is_registered_once(house: House) -> None:
    first = house.register()
    again = house.register()
    house.commit({"README.md": "words\n"})
    elsewhere = house.register()

    assert (again.new, elsewhere.new) == (False, False)
    assert again.record == elsewhere.record == first.record
    assert len(house.records()) == 1


def test_going_back_to_an_older_package_is_a_new_version(house: House) -> None:
    house.register()
    house.commit({"src/a.py": "2\n"})
    house.register(code=2)
    house.commit({"src/a.py": "1\n"})
    back = house.register()

    assert (back.new, back.record.what.version) == (True, "v1.2.0")


@pytest.mark.parametrize("racers", [8, 16])
def test_of_many_at_once_one_wins_and_the_others_leave_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, racers: int
) -> None:
    """They all have their release written, and meet at the push."""
    met = threading.Barrier(racers)
    push = Git.push

    def together(self: Git, *updates: Update) -> None:
        if any(update.ref.startswith("refs/tags/") for update in updates):
            met.wait(60)
        push(self, *updates)

    monkeypatch.setattr(Git, "push", together)
    houses = [house.clone(f"racer-{number}") for number in range(racers)]
    bundles = []
    for number, racer in enumerate(houses):
        write_bundle(racer.root / f"dist-{number}", commit=racer.git.commit_id(), code=number)
        bundles.append(read_bundle(racer.root / f"dist-{number}"))

    def run(number: int) -> int:
        try:
            register(houses[number].git, bundles[number], who=ALICE, now=house.now)
        except Stale as stale:
            return stale.exit_code
        return Exit.OK

    with ThreadPoolExecutor(racers) as pool:
        codes = list(pool.map(run, range(racers)))

    assert sorted(codes) == [Exit.OK] + [Exit.STALE] * (racers - 1)
    assert len(house.records()) == 1
    assert len(house.git.remote_refs("refs/tags/*")) == 2
    for racer, code in zip(houses, codes, strict=True):
        assert [tag.name for tag in racer.git.tags()] == (["churn@v1.0.0"] if code == Exit.OK else [])


def test_another_append_is_no_rival(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.register()
    house.commit({"src/a.py": "2\n"})
    push, others = Git.push, [house]

    def after_another(self: Git, *updates: Update) -> None:
        if len(updates) == 2 and others:
            others.pop().intent("v1.0.0")
        push(self, *updates)

    bundle = house.bundle(code=2)
    monkeypatch.setattr(Git, "push", after_another)
    done = register(house.git, bundle, who=ALICE, now=house.now)

    assert done.record.what.version == "v1.1.0"
    assert [record.event for record in house.records()] == ["register", "deploy.intent", "register"]


@pytest.mark.parametrize(("verdict", "auc"), [("fail", 0.6), ("inconclusive", 0.7)])
def test_a_failed_gate_registers_nothing_and_is_on_record_once(house: House, verdict: str, auc: float) -> None:
    for _ in range(2):
        with pytest.raises(GatesFailed, match=rf"1 of 5 gates stop it: roc_auc \({verdict}\)") as raised:
            house.register(verdict=verdict, auc=auc)
        assert raised.value.exit_code == Exit.FINDINGS

    assert [(record.event, record.result) for record in house.records()] == [("gate.outcome", verdict)]
    assert house.git.remote_refs("refs/tags/*") == {}


def test_a_waived_gate_lets_through_until_its_last_day(house: House) -> None:
    assert house.register(verdict="fail", auc=0.6, waived_until="2026-11-23").new
    house.later(days=1)
    with pytest.raises(GatesFailed):
        house.register(verdict="fail", auc=0.61, waived_until="2026-11-23")


def test_a_pass_beyond_its_bound_is_refused(house: House) -> None:
    with pytest.raises(Failure, match=r"gates\[roc_auc\]\.verdict: is pass, by its numbers it is fail"):
        house.register(auc=0.6)


def test_a_replaced_bundle_is_refused(house: House) -> None:
    house.bundle()
    with pytest.raises(Failure, match=r"but sha256:1111.* was handed over") as raised:
        read_bundle(house.root / "dist", "sha256:" + "1" * 64)
    assert raised.value.exit_code == Exit.FINDINGS


def test_only_what_main_has_is_registered(house: House) -> None:
    side = house.git.write_commit(house.git.text("rev-parse", "HEAD^{tree}"), message="side", when=house.now)
    write_bundle(house.root / "side", commit=side)
    with pytest.raises(Failure, match="is not on the remote's main"):
        register(house.git, read_bundle(house.root / "side"), who=ALICE)


def test_a_tag_made_by_hand_is_named(house: House) -> None:
    house.git.push(Update("refs/tags/churn@v1.0.0", house.git.commit_id(), None))
    with pytest.raises(Failure, match=r"tags/churn@v1\.0\.0 is in the remote, but no record registers it") as raised:
        house.register()
    assert raised.value.exit_code == Exit.CONFIG


def test_a_remote_that_is_gone_leaves_nothing(house: House) -> None:
    bundle = house.bundle()
    house.hub.origin.path.rename(house.root / "gone.git")
    with pytest.raises(Failure) as raised:
        register(house.git, bundle, who=ALICE)
    assert raised.value.exit_code == Exit.UNAVAILABLE
    assert house.git.tags() == ()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gate.json", None, "gate.json: No such file"),
        ("gate.json", "{", "gate.json: Expecting property name"),
        ("gate.json", "{}", "gate.json: it is not in canonical form"),
        ("gate.json", "{}\n", "gate.json: v: Field required"),
        ("evaluation.json", '{"v":NaN}\n', "evaluation.json: NaN is no number"),
        ("manifest.json", "{}\n", "manifest must have the fields"),
        ("dvc.lock", None, "dvc.lock: No such file"),
    ],
)
def test_a_damaged_bundle_is_named(house: House, name: str, content: str | None, message: str) -> None:
    house.bundle()
    (house.root / "dist" / name).unlink()
    if content is not None:
        (house.root / "dist" / name).write_text(content)
        (house.root / "dist" / "SHA256SUMS").unlink()
        seal(house.root / "dist")
    with pytest.raises(Failure, match=message):
        read_bundle(house.root / "dist")


def test_the_command_prints_and_sets_outputs(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = house.bundle()
    output = house.root / "output"
    monkeypatch.setenv("GITHUB_OUTPUT", str(output))
    arguments = [
        "--bundle",
        str(house.root / "dist"),
        "--digest",
        seal_of(house.root / "dist"),
        "-C",
        str(house.git.directory),
    ]
    assert register_command.main([*arguments, "--format", "json"], standalone_mode=False) == 0
    assert "v1.0.0" in output.read_text()
    assert bundle.digest in output.read_text()


def seal_of(folder: Path) -> str:
    return "sha256:" + hashlib.sha256((folder / "SHA256SUMS").read_bytes()).hexdigest()


@pytest.mark.parametrize("moment", ["pre-receive", "post-receive"])
def test_killed_at_the_push_it_is_done_or_not_begun(house: House, moment: str) -> None:
    marker = house.root / "reached"
    hook = house.hub.origin.path / "hooks" / moment
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {marker}\nsleep 5\n")
    hook.chmod(0o755)
    bundle = house.bundle()
    arguments = ["register", "--bundle", str(house.root / "dist"), "-C", str(house.git.directory)]
    process = subprocess.Popen([sys.executable, "-m", "mlops_spec", *arguments], start_new_session=True)
    while not marker.exists():
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)  # us, git, and the remote's half, which is a child on this machine
    process.wait()
    hook.unlink()

    register(house.git, bundle, who=ALICE)
    assert [record.what.version for record in house.records()] == ["v1.0.0"]
    assert len(house.git.remote_refs("refs/tags/*")) == 2
    house.hub.origin.git.run("fsck", "--strict")


def test_half_a_registration_is_told_with_the_command_that_mends_it(house: House) -> None:
    """As a kill amid Git's own renames leaves a plain bare repository: the record is there, the tag is not."""
    done = house.register()
    bundle = house.bundle()
    tag = done.record.what.tag
    assert tag
    house.hub.origin.git.run("update-ref", "-d", f"refs/tags/{tag.name}")
    for act in (lambda: register(house.git, bundle, who=ALICE), lambda: registered(house.git, bundle)):
        with pytest.raises(Failure, match=r"tag churn@v1\.0\.0 is gone from the remote, but record 0") as raised:
            act()
        assert raised.value.exit_code == Exit.CONFIG
        assert f"`git push origin {tag.object}:refs/tags/{tag.name}`" in raised.value.remedy

    house.git.run("push", "--quiet", "origin", f"{tag.object}:refs/tags/{tag.name}")
    assert not register(house.git, bundle, who=ALICE).new
