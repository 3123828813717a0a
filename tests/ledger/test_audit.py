"""The command `audit`, on a real ledger."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click import BadParameter

from mlops_spec import ledger
from mlops_spec.cli.audit import audit_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, Update
from mlops_spec.ledger import witness
from mlops_spec.ledger.record import Approval, TagObject, Who, Why
from mlops_spec.ledger.store import SEEN_REF, remote_commit

from .conftest import ALICE, START, Place, intent, outcome, registration

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.ledger.record import Draft

SPEC_OF_FRAUD = """\
spec: 1
model: fraud
task: regression
owners: ["@alice"]
data: {path: data/fraud.csv, target: left, id: id}
train: {run: python -m fraud.train, predictor: "fraud.predict:load"}
gates: [{metric: r2, min: 0.5}]
"""
APPROVAL = Approval(
    login="carol",
    id=3,
    kind="human",
    head_sha="a" * 40,
    at="2026-11-02T07:00:00Z",
    review_id=9,
    evidence="sha256:" + "5" * 64,
)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A remote where v1.0.0 was staged and promoted by carol's approval, then v1.1.0 staged; a record each day."""
    root = tmp_path_factory.mktemp("audit")
    Git(root).run("init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git = Place(root).clone("writer")
    tree = git.write_tree(None, {"model.yaml": b"spec: 1\n"})
    main = git.write_commit(tree, message="Begin", when=START)
    git.push(Update("refs/heads/main", main, None))
    day = 0

    def put(draft: Draft, *updates: Update) -> None:
        nonlocal day
        ledger.append(git, ledger.head(git), [draft], updates=updates, now=START + timedelta(days=day))
        day += 1

    def version(name: str) -> None:
        end = ledger.head(git)
        note = f"\n{end.checkpoint}" if end.commit else ""
        tag = git.write_tag(f"churn@{name}", main, message=f"churn {name}\n{note}", when=START)
        draft = registration(name)
        assert draft.from_what
        what = replace(draft.what, tag=TagObject(name=f"churn@{name}", object=tag, target=main))
        draft = replace(draft, what=what, from_what=replace(draft.from_what, commit=main))
        put(draft, Update(f"refs/tags/churn@{name}", tag, None))

    version("v1.0.0")
    stage = intent("v1.0.0", 1)
    put(stage)
    put(outcome(stage, 1))
    promoted = intent("v1.0.0", 1, "production", after="staging")
    who = Who(actor=ALICE.actor, approvals=(APPROVAL,))
    promoted = replace(promoted, who=who, why=Why(kind="change", text="=Promote v1.0.0", pull_request=71))
    put(promoted)
    put(outcome(promoted, 3))
    version("v1.1.0")
    stage = intent("v1.1.0", 2)
    put(stage)
    put(outcome(stage, 6))
    return root / "origin.git"


@pytest.fixture
def place(written: Path, tmp_path: Path) -> Place:
    """A copy of it, to do harm to."""
    shutil.copytree(written, tmp_path / "origin.git")
    return Place(tmp_path)


@pytest.fixture
def told(place: Place) -> Git:
    git = place.clone("clone")
    ledger.head(git)
    return git


@pytest.fixture
def run(told: Git, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def call(*arguments: str) -> tuple[int, str]:
        code = audit_command.main([arguments[0], "-C", str(told.directory), *arguments[1:]], standalone_mode=False)
        return code, capsys.readouterr().out

    return call


def test_log(run: Callable[..., tuple[int, str]]) -> None:
    code, printed = run("log", "--environment", "production")

    assert code == 0
    assert printed.splitlines() == [
        (
            "     3  2026-11-04T08:00:00Z  deploy.intent               production v1.0.0 serial 1            "
            "alice, approved by carol  =Promote v1.0.0"
        ),
        "     4  2026-11-05T08:00:00Z  deploy.outcome succeeded    production v1.0.0 serial 1            alice",
    ]


@pytest.mark.parametrize(
    ("filters", "records"),
    [
        ([], [0, 1, 2, 3, 4, 5, 6, 7]),
        (["--event", "register"], [0, 5]),
        (["--version", "v1.1.0"], [5, 6, 7]),
        (["--actor", "nobody"], []),
        (["--since", "2026-11-06"], [5, 6, 7]),
        (["--until", "2026-11-02"], [0, 1]),
        (["--since", "2026-11-02T08:00:00Z", "--until", "2026-11-03T08:00:00Z"], [1]),
        (["--environment", "staging", "--event", "deploy.outcome"], [2, 7]),
    ],
)
def test_filters(run: Callable[..., tuple[int, str]], filters: list[str], records: list[int]) -> None:
    assert [record["seq"] for record in json.loads(run("log", *filters, "--format", "json")[1])] == records


def test_csv_runs_nothing_in_a_spreadsheet(run: Callable[..., tuple[int, str]]) -> None:
    rows = list(csv.DictReader(io.StringIO(run("log", "--format", "csv")[1])))

    assert [row["seq"] for row in rows] == [str(number) for number in range(8)]
    assert rows[3]["reason"] == "'=Promote v1.0.0"
    assert rows[3]["approved_by"] == "carol"


def test_at(run: Callable[..., tuple[int, str]]) -> None:
    code, printed = run("at", "2026-11-06")

    assert code == 0
    assert printed == (
        "staging served churn v1.0.0 (sha256:10000000…) from 2026-11-03 08:00 to 2026-11-08 08:00\n"
        '  asked by    alice "A change" (record 1)\n'.replace(' "A change"', "")
        + "  approved by nobody: the environment asks for no approval\n"
        "  judged      roc_auc 0.842 >= 0.8: pass\n"
        "  trained     commit " + printed.split("commit ")[1][:7] + ' "A change" by alice (record 0)\n'
        "  evidence    none recorded\n"
        "\n"
        "production served churn v1.0.0 (sha256:10000000…) from 2026-11-05 08:00 until now\n"
        '  asked by    alice, pull request #71 "=Promote v1.0.0" (record 3)\n'
        "  approved by carol at 2026-11-02 07:00 on the report sha256:55555555…\n"
        "  judged      roc_auc 0.842 >= 0.8: pass\n"
        "  trained     commit " + printed.split("commit ")[1][:7] + ' "A change" by alice (record 0)\n'
        "  evidence    none recorded\n"
        "  proven      records 0 to 7 by this clone, when it last looked (2 checkpoints agree); chain whole\n"
    )


@pytest.mark.parametrize(
    ("time", "live"),
    [
        ("2026-10-01", []),
        ("2026-11-03", ["staging v1.0.0"]),
        ("2026-11-03T07:59:59Z", []),
        ("2026-11-03T08:00:00Z", ["staging v1.0.0"]),
        ("2026-11-08T07:59:59Z", ["staging v1.0.0", "production v1.0.0"]),
        ("2026-11-08T08:00:00Z", ["production v1.0.0", "staging v1.1.0"]),
        ("2026-11-08", ["staging v1.0.0", "production v1.0.0", "staging v1.1.0"]),
        ("2026-11-08T09:00:00+01:00", ["production v1.0.0", "staging v1.1.0"]),
        ("2030-01-01", ["production v1.0.0", "staging v1.1.0"]),
    ],
)
def test_moments(run: Callable[..., tuple[int, str]], time: str, live: list[str]) -> None:
    answer = json.loads(run("at", time, "--format", "json")[1])

    assert [f"{each['environment']} {each['version']}" for each in answer["live"]] == live
    assert answer["proof"]["ok"]


def test_verify(run: Callable[..., tuple[int, str]], place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    fresh = place.clone("fresh")
    code = audit_command.main(["verify", "-C", str(fresh.directory)], standalone_mode=False)

    assert code == 0
    assert capsys.readouterr().out == (
        "8 records, chain whole\n"
        "proven  records 0 to 4 by tag churn@v1.1.0 (its only checkpoint); 5 to 7 are chained only\n"
    )


def test_verify_finds_a_moved_tag(run: Callable[..., tuple[int, str]], place: Place) -> None:
    place.origin.run("update-ref", "refs/tags/churn@v1.0.0", place.origin.text("rev-parse", "main"))
    code, printed = run("verify")

    assert code == Exit.FINDINGS
    assert printed.startswith("! tag churn@v1.0.0 was moved: it is ")


def test_a_clone_without_tags_is_brought_their_objects_alone(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    Git(place.root).run("clone", "--quiet", "--no-tags", str(place.origin.directory), "bare-of-tags")
    git = Git.open(place.root / "bare-of-tags")
    references = set(git.text("for-each-ref", "--format=%(refname)").splitlines())
    code = audit_command.main(["verify", "-C", str(git.directory)], standalone_mode=False)

    assert code == 0
    assert "records 0 to 4 by tag churn@v1.1.0" in capsys.readouterr().out
    assert set(git.text("for-each-ref", "--format=%(refname)").splitlines()) == references | {SEEN_REF}


def test_a_version_that_is_registered_meanwhile_is_no_finding(
    told: Git, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ledger, main and tags are of one moment, whatever is pushed while they are read."""

    def later(git: Git) -> str | None:
        end, main = ledger.head(git), git.commit_id("origin/main")
        tag = git.write_tag("churn@v1.2.0", main, message="churn v1.2.0\n", when=START)
        ledger.append(git, end, [registration("v1.2.0", tag)], updates=[Update("refs/tags/churn@v1.2.0", tag, None)])
        return remote_commit(git)

    monkeypatch.setattr(witness, "remote_commit", later)
    report = witness.verify_remote(told)

    assert report.whole
    assert report.size == 8
    assert len(ledger.read(told)) == 9


def test_a_checkpoint_kept_elsewhere_proves_more(
    run: Callable[..., tuple[int, str]], told: Git, place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = tmp_path / "mine.note"
    note.write_text(str(ledger.head(told).checkpoint))
    fresh = ["-C", str(place.clone("fresh").directory)]
    assert audit_command.main(["verify", "--checkpoint", str(note), *fresh], standalone_mode=False) == 0
    assert f"records 0 to 7 by {note}" in capsys.readouterr().out
    note.write_text("nothing")
    with pytest.raises(Failure, match="no checkpoint in it"):
        audit_command.main(["verify", "--checkpoint", str(note), *fresh], standalone_mode=False)


def test_an_export_is_verified_offline(
    run: Callable[..., tuple[int, str]], tmp_path: Path, place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "export"
    assert run("export", str(folder)) == (0, f"8 records in {folder}\n")
    assert "The audit log of " in (folder / "README").read_text()
    assert run("export", str(folder)) == (0, f"8 records in {folder}\n")  # its answer may have got lost
    (place.root / "origin.git").rename(place.root / "gone.git")
    assert audit_command.main(["verify", "--from", str(folder)], standalone_mode=False) == 0
    assert "records 0 to 4 by tag churn@v1.1.0" in capsys.readouterr().out

    record = folder / "log" / "00" / "00" / "00000002.json"
    record.write_bytes(record.read_bytes().replace(b"succeeded", b"abandoned"))
    assert audit_command.main(["verify", "--from", str(folder)], standalone_mode=False) == 1
    assert "record 2: its hash is not that of its content" in capsys.readouterr().out
    (place.root / "gone.git").rename(place.root / "origin.git")
    with pytest.raises(Failure, match="is not empty"):
        run("export", str(folder))
    assert not list(tmp_path.glob(".mlops-*"))


def test_an_export_tells_no_password_and_keeps_every_tag(
    run: Callable[..., tuple[int, str]],
    place: Place,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The remote's address may hold a token; a tag that was made by hand may have a folder in its name."""
    monkeypatch.setattr(Git, "remote_url", lambda _: "https://robot:s3cret@github.com/acme/churn")
    tag = place.origin.write_tag("x/churn@v9.0.0", place.origin.text("rev-parse", "main"), message="x\n", when=START)
    place.origin.run("update-ref", "refs/tags/x/churn@v9.0.0", tag)
    folder = tmp_path / "export"
    run("export", str(folder))

    assert not [path for path in folder.rglob("*") if path.is_file() and b"s3cret" in path.read_bytes()]
    assert audit_command.main(["verify", "--from", str(folder)], standalone_mode=False) == Exit.FINDINGS
    assert capsys.readouterr().out.startswith("! tag x/churn@v9.0.0 has no record: its registration was")


def test_bad_input(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    with pytest.raises(BadParameter, match="write 2026-03-01"):
        run("at", "yesterday")
    with pytest.raises(Failure, match="no exported ledger"):
        run("verify", "--from", str(tmp_path / "none"))


def test_without_a_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Git(tmp_path).run("init", "--quiet", "--bare", "--initial-branch=main", "origin.git")
    git = Place(tmp_path).clone("clone")
    commit = git.write_commit(git.write_tree(None, {"a": b""}), message="a", when=START)
    git.push(Update("refs/heads/main", commit, None))
    assert audit_command.main(["verify", "-C", str(git.directory)], standalone_mode=False) == 0
    assert capsys.readouterr().out == "0 records, chain whole\nproven  no records yet\n"
    with pytest.raises(Failure, match="has no ledger yet"):
        audit_command.main(["export", str(tmp_path / "out"), "-C", str(git.directory)], standalone_mode=False)
    assert not (tmp_path / "out").exists()


@pytest.fixture
def two(told: Git) -> Git:
    """The ledger of two models, in a repository of many."""
    draft = registration("v1.0.0")
    end, name = ledger.head(told), "fraud@v1.0.0"
    main = told.fetch_main().commit
    tag = told.write_tag(name, main, message=f"{name}\n\n{end.checkpoint}", when=START)
    what = replace(draft.what, model="fraud", tag=TagObject(name=name, object=tag, target=main))
    assert draft.from_what
    draft = replace(draft, what=what, from_what=replace(draft.from_what, commit=main))
    update = Update(f"refs/tags/{name}", tag, None)
    ledger.append(told, end, [draft], updates=[update], now=START + timedelta(days=9))
    (told.directory / "model.yaml").unlink(missing_ok=True)
    return told


def test_log_of_several_models(two: Git, run: Callable[..., tuple[int, str]]) -> None:
    assert run("log", "--event", "register")[1].splitlines()[2].startswith("fraud       8  2026-")
    rows = list(csv.DictReader(io.StringIO(run("log", "--format", "csv")[1])))
    assert [row["model"] for row in rows] == ["churn"] * 8 + ["fraud"]
    named = json.loads(run("log", "--model", "fraud", "--format", "json")[1])
    assert [record["seq"] for record in named] == [8]


def test_log_says_how_many_models(two: Git, capsys: pytest.CaptureFixture[str]) -> None:
    audit_command.main(["log", "-C", str(two.directory)], standalone_mode=False)
    assert capsys.readouterr().err == "2 models\n"


def test_log_in_the_folder_of_a_model(two: Git, run: Callable[..., tuple[int, str]]) -> None:
    folder = two.directory / "models" / "fraud"
    folder.mkdir(parents=True)
    (folder / "model.yaml").write_text(SPEC_OF_FRAUD)
    (record,) = json.loads(run("log", "--format", "json", "-C", str(folder))[1])
    assert record["what"]["model"] == "fraud"


def test_at_of_one_of_several(two: Git, run: Callable[..., tuple[int, str]]) -> None:
    meant = run("at", "2026-11-06", "--model", "churn")[1]
    assert "staging served churn v1.0.0" in meant
    assert run("at", "2026-11-06", "--model", "fraud") == (0, "nothing was live at 2026-11-06\n")
