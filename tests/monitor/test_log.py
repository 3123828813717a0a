"""What the monitor reads out of the prediction log, on a host and with a log that was shipped."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml

from mlops_spec import ledger
from mlops_spec.cli.monitor import monitor_command
from mlops_spec.engines.dvc import data_version
from mlops_spec.engines.dvc.process import dvc
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, Update
from mlops_spec.monitor.inputs import check_contract, check_drift
from mlops_spec.monitor.opener import opener
from mlops_spec.monitor.performance import check_performance
from mlops_spec.monitor.predictions import Live, read_log
from mlops_spec.package.manifest import Data, Manifest, PackagedFile, Signature, Tensor, canonical, manifest_bytes
from mlops_spec.package.moments import parsed
from mlops_spec.package.on_disk import digest, read_manifest
from mlops_spec.pipeline.reference import NAME, _read, read_reference, reference_of
from mlops_spec.platforms.github.api import GitHub, issues, pulls
from mlops_spec.platforms.github.run import Run
from mlops_spec.spec import Spec
from mlops_spec.spec.watch import Drift, Performance

from .conftest import ALICE, SPEC, START, World

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INPUTS = tuple(
    Tensor(name=name, datatype=datatype, shape=(-1,))
    for name, datatype in (("age", "FP64"), ("city", "BYTES"), ("visits", "INT64"))
)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
WATCHED = (
    SPEC.replace("contract: {rows: {min: 2}}", "contract: {columns: {age: {type: number, min: 0, max: 120}}}")
    + "monitor:\n  performance: {labels: labels.csv, metric: r2, min: 0.5}\n"
)


def rows(number: int, seed: int, *, shift: float = 0.0) -> pd.DataFrame:
    """Rows of a small model; `shift` moves `age` and `city`."""
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": random.normal(40 + 15 * shift, 10, number).clip(0, 119),
            "city": random.choice(["a", "b", "c"], number, p=[0.5 - 0.4 * shift, 0.3, 0.2 + 0.4 * shift]),
            "visits": random.integers(0, 100, number),
        }
    )


def package(folder: Path, train: pd.DataFrame) -> str:
    """A package with a reference of its training rows: the digest."""
    (folder / "model").mkdir(parents=True)
    (folder / "model/model.skops").write_bytes(b"x")
    (folder / NAME).write_bytes(canonical(reference_of(train, [tensor.name for tensor in INPUTS])))
    files = tuple(
        PackagedFile(path=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
        for name in ("model/model.skops", NAME)
        for content in [(folder / name).read_bytes()]
    )
    made = Manifest(
        v=1,
        model="churn",
        task="regression",
        format="skops",
        predictor=None,
        trusted_types=(),
        positive=None,
        classes=(),
        threshold=0.5,
        features=tuple(tensor.name for tensor in INPUTS),
        signature=Signature(inputs=INPUTS, outputs=(Tensor(name="value", datatype="FP64", shape=(-1,)),)),
        files=files,
        spec_sha256="0" * 64,
        data=Data(sha256="1" * 64, rows=len(train)),
        versions={"python": "3.11.7"},
    )
    (folder / "manifest.json").write_bytes(manifest_bytes(made))
    return digest(folder)


def line(frame: pd.DataFrame, version: str, *, names: list[str] | None = None, at: datetime | None = None) -> str:
    """One line of the log: a request with these rows, answered by their age over ten."""
    inputs = [
        {"name": tensor.name, "shape": [len(frame)], "datatype": tensor.datatype, "data": frame[tensor.name].tolist()}
        for tensor in INPUTS
    ]
    scores = (frame["age"].fillna(0) / 10).tolist()
    output = {"name": "value", "datatype": "FP64", "shape": [len(frame)], "data": scores}
    record: dict[str, Any] = {
        "v": 1,
        "time": (at or datetime.now(UTC)).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "version": "v1.0.0",
        "digest": version,
        "role": "stable",
        "seconds": 0.001,
        "request": {"inputs": inputs, **({"id": ",".join(names)} if names else {})},
        "response": {"outputs": [output]},
    }
    return json.dumps(record) + "\n"


def write_log(folder: Path, *lines: str, name: str = "20260101T000000.000000Z") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"predictions-{name}.jsonl").write_text("".join(lines))


@pytest.fixture
def built(tmp_path: Path) -> Path:
    package(tmp_path / "package", rows(5000, 1))
    return tmp_path / "package"


def asked(tmp_path: Path, frame: pd.DataFrame) -> Any:
    shutil.rmtree(tmp_path / "log", ignore_errors=True)
    write_log(tmp_path / "log", line(frame, "sha256:1"))
    return read_log(tmp_path / "log", "sha256:1", INPUTS, LONG_AGO)


@pytest.mark.parametrize("method", ["psi", "jensen_shannon", "chi2", "ks", "wasserstein"])
def test_a_shift_is_found_and_sameness_is_not(tmp_path: Path, built: Path, method: Any) -> None:
    bounds, reference = Drift(method=method, max=0.15), read_reference(built)

    same = check_drift(bounds, reference, asked(tmp_path, rows(1000, 2)))
    moved = check_drift(bounds, reference, asked(tmp_path, rows(1000, 2, shift=1)))

    assert same.findings == ()
    assert moved.findings[0].startswith(("age: ", "city: "))
    assert not any(finding.startswith("visits") for finding in moved.findings)
    numbers_only = method in {"ks", "wasserstein"}
    assert set(moved.evidence["columns"]) == {"age", "visits"} | (set() if numbers_only else {"city"})


def test_false_alarms_are_rare_where_nothing_has_drifted(tmp_path: Path, built: Path) -> None:
    """Small samples exceed a bound on PSI by chance; the control of false alarms keeps them silent."""
    reference = read_reference(built)
    alarms = [
        check_drift(Drift(max=0.05), reference, asked(tmp_path, rows(100, seed))).findings != () for seed in range(60)
    ]

    assert sum(alarms) <= 6


def test_one_column_that_moved_far_is_enough(tmp_path: Path, built: Path) -> None:
    live = asked(tmp_path, rows(1000, 2, shift=1))

    found = check_drift(Drift(share=0.9), read_reference(built), live)

    assert found.evidence["drifted"] == ["age", "city"]
    assert len(found.findings) == 2
    assert check_drift(Drift(columns=["age"]), read_reference(built), live).findings


def test_of_columns_that_moved_a_little_the_share_decides(tmp_path: Path, built: Path) -> None:
    live = asked(tmp_path, rows(8000, 2, shift=0.24))

    told = check_drift(Drift(share=0.6), read_reference(built), live)

    assert (told.evidence["drifted"], told.evidence["slightly"]) == ([], ["age", "city"])
    assert told.findings[0].startswith("2 of 3 columns moved less, but surely: psi of age 0.1")
    assert check_drift(Drift(share=0.7), read_reference(built), live).findings == ()


def test_what_says_nothing_is_said(tmp_path: Path, built: Path) -> None:
    few = check_drift(Drift(), read_reference(built), asked(tmp_path, rows(99, 2, shift=1)))
    assert (few.findings, few.told) == ((), "99 rows were asked: fewer than 100 tell nothing")
    without = check_drift(Drift(), {}, asked(tmp_path, rows(200, 2)))
    assert "no input has a reference" in without.told
    foreign = check_drift(Drift(columns=["height"]), read_reference(built), asked(tmp_path, rows(200, 2)))
    assert foreign.findings == ("none of monitor.drift.columns can be compared",)


def texts(seed: int, words: int) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    said = [" ".join(map(str, draw.integers(0, 999, draw.integers(words, 2 * words)))) for _ in range(1000)]
    return pd.DataFrame({"said": pd.Series(said, dtype="str")})


def test_texts_of_many_values_drift_by_their_length() -> None:
    """The reference holds none of them: they may name people."""
    record = reference_of(texts(1, 10), ["said"])
    reference = {name: _read(json.loads(json.dumps(column))) for name, column in record["columns"].items()}

    def check(rows: pd.DataFrame) -> tuple[str, ...]:
        return check_drift(Drift(), reference, Live(rows, (), np.empty(0))).findings

    assert reference["said"].by_length
    assert reference["said"].beside is not None
    assert reference["said"].bins.values is None
    assert check(texts(2, 10)) == ()
    for moved in (texts(3, 30), texts(2, 10).assign(said=None)):
        assert any(each.startswith("said: psi") for each in check(moved))


def test_texts_of_other_words_drift_though_they_are_as_long() -> None:
    record = reference_of(texts(1, 10), ["said"])
    reference = {name: _read(json.loads(json.dumps(column))) for name, column in record["columns"].items()}
    spelt = texts(2, 10)["said"].str.translate(str.maketrans("0123456789", "abcdefghij"))

    def check(method: str, said: pd.Series) -> tuple[str, ...]:
        live = Live(said.to_frame("said"), (), np.empty(0))
        return check_drift(Drift(method=method), reference, live).findings

    for method in ("psi", "ks", "chi2", "jensen_shannon", "wasserstein"):
        assert check(method, texts(2, 10)["said"]) == ()
        assert [each.partition(":")[0] for each in check(method, spelt)] == ["said, unseen words"]


def test_times_are_compared_as_they_were_kept_and_many_are_left_out() -> None:
    few = pd.DataFrame({"at": parsed(pd.Series(["2024-01-01", "2024-01-02T12:00:00.5Z"] * 100, dtype=object))})
    many = pd.DataFrame({"at": pd.Series(pd.date_range("2024-01-01", periods=200, tz="UTC"))})

    reference = {name: _read(column) for name, column in reference_of(few, ["at"])["columns"].items()}

    assert check_drift(Drift(), reference, Live(few, (), np.empty(0))).findings == ()
    assert reference_of(many, ["at"])["columns"] == {}


def test_a_new_category_and_missing_values_are_drift(tmp_path: Path, built: Path) -> None:
    live = rows(1000, 2)
    live["city"] = "z"
    live.loc[:499, "age"] = None
    found = check_drift(Drift(), read_reference(built), asked(tmp_path, live.astype({"age": object})))

    assert {finding.partition(":")[0] for finding in found.findings} == {"age", "city"}


def test_of_a_column_of_too_many_texts_the_lengths_are_kept(tmp_path: Path) -> None:
    train = rows(500, 1).assign(city=[f"person {number}" for number in range(500)])
    package(tmp_path / "package", train)

    kept = read_reference(tmp_path / "package")
    assert {name: column.by_length for name, column in kept.items()} == {"age": False, "city": True, "visits": False}
    assert "person" not in (tmp_path / "package" / NAME).read_text()


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"columns": {"a": {}}}', '{"columns": {"a": []}}'])
def test_a_damaged_reference_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content)

    with pytest.raises(Failure, match="is no reference") as failure:
        read_reference(tmp_path)

    assert failure.value.exit_code == Exit.CONFIG


def test_the_log_is_read_by_version_and_time(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    frame = rows(3, 1)
    old, new = line(frame, "sha256:1", at=now - timedelta(days=9)), line(frame, "sha256:1", names=["x", "y", "z"])
    write_log(tmp_path, old, line(frame, "sha256:2"), new, "no JSON, sha256:1\n", new[: len(new) // 2] + "sha256:1")
    write_log(tmp_path, line(frame.iloc[:1], "sha256:1", names=["w"]), name="20270101T000000.000000Z")

    live = read_log(tmp_path, "sha256:1", INPUTS, now - timedelta(days=7))

    assert live.names == ("x", "y", "z", "w")  # newest last
    assert live.unreadable == 1  # a line that breaks off at the end of a file was being written
    assert live.scores.tolist() == pytest.approx([*frame["age"] / 10, frame["age"][0] / 10])
    assert [str(kind) for kind in live.inputs.dtypes] == ["float64", "object", "int64"]
    with pytest.raises(Failure, match="no folder of a prediction log"):
        read_log(tmp_path / "none", "sha256:1", INPUTS, now)


def test_one_name_for_several_rows_names_none(tmp_path: Path) -> None:
    write_log(tmp_path, line(rows(3, 1), "sha256:1", names=["x"]))

    assert read_log(tmp_path, "sha256:1", INPUTS, LONG_AGO).names == (None, None, None)


def test_inputs_must_keep_the_contract(tmp_path: Path) -> None:
    spec = Spec.model_validate(yaml.safe_load(WATCHED))
    good = asked(tmp_path, rows(10, 1))

    assert check_contract(spec, good).findings == ()

    bad = replace(good, inputs=good.inputs.assign(age=[*good.inputs["age"][:9], 300.0]), unreadable=2)
    found = check_contract(spec, bad)
    assert len(found.findings) == 1
    assert found.findings[0].startswith("age: ")
    assert "2 lines of the log can't be read" in found.told


@dataclass(frozen=True)
class Labelled:
    root: Path
    spec: Spec
    made: Manifest
    frame: pd.DataFrame

    def check(self, labels: str | None, **wanted: Any) -> Any:
        if labels is not None:
            (self.root / "labels.csv").write_text(labels)
        live = read_log(self.root / "log", "sha256:1", INPUTS, LONG_AGO)
        bounds = Performance(labels="labels.csv", metric="r2", **({"min": 0.5} | wanted))
        return check_performance(self.root, self.spec, bounds, self.made, live)


@pytest.fixture
def labelled(tmp_path: Path, built: Path) -> Labelled:
    frame = rows(400, 3)
    names = [f"{number:03}" for number in range(400)]
    write_log(tmp_path / "log", line(frame, "sha256:1", names=names))
    spec = Spec.model_validate(yaml.safe_load(WATCHED))
    return Labelled(tmp_path, spec, read_manifest(built), frame)


def labels(truth: pd.Series) -> str:
    return "id,left\n" + "".join(f"{number:03},{value}\n" for number, value in enumerate(truth))


def test_performance_over_labelled_rows(labelled: Labelled) -> None:
    good = labelled.check(labels(labelled.frame["age"] / 10 + 0.1))
    bad = labelled.check(labels(pd.Series(np.random.default_rng(1).normal(4, 1, 400))))

    assert (good.findings, good.told.endswith("over 400 labelled rows: pass")) == ((), True)
    assert good.evidence["value"] == pytest.approx(1 - 0.01 / (labelled.frame["age"] / 10).var(ddof=0), abs=1e-6)
    assert "over 400 labelled rows" in bad.findings[0]


def test_labels_that_do_not_fit_are_said(labelled: Labelled) -> None:
    assert labelled.check(None).told == "labels.csv is not here: not checked"
    assert "none of 400 rows has a label" in labelled.check("id,left\nzzz,1\n").told
    assert labelled.check("name,left\n001,1\n").findings == ("labels.csv has no column id",)
    assert "labels.csv is empty" in labelled.check("").findings[0]
    few = labelled.check("id,left\n001,1\n002,2\n")
    assert (few.findings, "2 labelled rows" in few.told) == ((), True)


@pytest.fixture
def host(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The agent's folder of staging, where v1.0.0 is live by the ledger; its remote says what is watched."""
    main = world.git.commit_id("main")
    tree = world.git.write_tree(main, {"model.yaml": WATCHED.encode()})
    commit = world.git.write_commit(tree, parents=[main], message="Watch", when=START)
    world.git.push(Update("refs/heads/main", commit, main))
    world.git.run("checkout", "--quiet", "-B", "main", commit)
    state = tmp_path / "state"
    world.digest = package(tmp_path / "built", rows(5000, 1))
    shutil.copytree(tmp_path / "built", state / "packages" / world.digest.removeprefix("sha256:"))
    world.now = datetime.now(UTC)
    world.register("v1.0.0")
    world.stage("v1.0.0", 1)
    Git(tmp_path).run("clone", "--quiet", "--bare", str(world.hub.origin.path), str(state / "repository.git"))
    (state / "agent.json").write_text('{"environment": "staging"}')
    for name in ("GITHUB_ACTIONS", "MLOPS_SPEC_PUSH_TOKEN", "MLOPS_PREDICTION_LOG", "MLOPS_APP_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITHUB_REPOSITORY", "acme/churn")
    monkeypatch.setenv("GITHUB_API_URL", world.api)
    monkeypatch.setenv("GITHUB_TOKEN", "token")
    yield state


def monitor(capsys: pytest.CaptureFixture[str], *arguments: Any) -> tuple[int, dict[str, Any]]:
    command = [*map(str, arguments), "--format", "json"]
    code = monitor_command.main(command, standalone_mode=False)
    found = json.loads(capsys.readouterr().out)["checks"]
    return code, {check["name"]: check for check in found}


def test_on_the_host_drift_becomes_one_issue_and_one_record(
    world: World, host: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    github = GitHub("acme/churn", "token", world.api)
    write_log(host / "predictions", line(rows(1000, 2, shift=1), world.digest))

    for _ in range(2):
        code, found = monitor(capsys, "--state", host)
        assert (code, found["drift"]["evidence"]["drifted"]) == (Exit.FINDINGS, ["age", "city"])

    (issue,) = issues.labelled(github, "mlops-monitor-staging")
    assert "age: psi" in (issue.body or "")
    assert "mlops-spec rollback staging --now" in (issue.body or "")
    events = [record.event for record in ledger.read(world.git)]
    assert (events.count("drift.observed"), events.count("monitor.heartbeat")) == (1, 2)
    record = next(record for record in ledger.read(world.git) if record.event == "drift.observed")
    assert (record.what.version, record.what.environment, record.evidence[0].samples) == ("v1.0.0", "staging", 1000)
    assert record.who.actor.login == "agent:staging"
    assert found["served"]["findings"] == [f"no server runs for {host}"]


def test_a_closed_issue_is_left_closed_until_the_cooldown_is_over(
    world: World, host: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    github = GitHub("acme/churn", "token", world.api)
    write_log(host / "predictions", line(rows(1000, 2, shift=1), world.digest))
    monitor(capsys, "--state", host)
    (issue,) = issues.labelled(github, "mlops-monitor-staging")
    issues.update(github, issue.number, state="closed")

    monitor(capsys, "--state", host)
    assert issues.labelled(github, "mlops-monitor-staging") == []
    monkeypatch.setattr("mlops_spec.monitor.observed.seconds", lambda _: 0.0)
    monitor(capsys, "--state", host)
    (again,) = issues.labelled(github, "mlops-monitor-staging")
    assert again.number != issue.number


def test_the_issue_ends_when_all_is_well_again(world: World, host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    github = GitHub("acme/churn", "token", world.api)
    write_log(host / "predictions", line(rows(1000, 2, shift=1), world.digest))
    monitor(capsys, "--state", host)
    write_log(host / "predictions", line(rows(1000, 2), world.digest))
    monitor(capsys, "--state", host)

    assert issues.labelled(github, "mlops-monitor-staging") == []


def test_a_shipped_log_is_read_and_a_missing_one_is_said(
    world: World, host: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(
        "mlops_spec.engines.dvc.fetch.Fetcher.fetch", lambda _, __, target: shutil.copytree(tmp_path / "built", target)
    )
    code, found = monitor(capsys, "-C", world.git.directory)
    assert (code, "no prediction log of staging here" in found["log"]["told"]) == (Exit.OK, True)
    write_log(tmp_path / "shipped", line(rows(1000, 2, shift=1), world.digest))
    monkeypatch.setenv("MLOPS_PREDICTION_LOG", str(tmp_path / "shipped"))

    code, found = monitor(capsys, "-C", world.git.directory)

    assert (code, len(found["drift"]["findings"])) == (Exit.FINDINGS, 2)
    assert found["labels"]["told"] == "labels.csv is not here: not checked"


def on_main(world: World, files: dict[str, bytes | None]) -> None:
    main = world.git.commit_id("main")
    commit = world.git.write_commit(world.git.write_tree(main, files), parents=[main], message="Change", when=START)
    world.git.push(Update("refs/heads/main", commit, main))
    world.git.run("checkout", "--quiet", "-B", "main", commit)


def wanting_a_pull_request(world: World, host: Path, **files: bytes) -> GitHub:
    """Drift in a log of named rows, of which three have labels by now."""
    spec = WATCHED + "  on_alert: {open: pull-request}\n"
    on_main(world, {"model.yaml": spec.encode()} | files)
    frame = rows(1000, 2, shift=1)
    write_log(host / "predictions", line(frame, world.digest, names=[f"n{number}" for number in range(1000)]))
    (host / "labels.csv").write_text("id,left\nn1,5.5\nn2,4\nn7,3\nold,1\n")
    return GitHub("acme/churn", "token", world.api)


DATA = "id,age,city,visits,left\nold,30,a,1,0.5\nn7,40,b,2,0.7\n"


def new_rows(world: World, path: str) -> str:
    """What the pull request makes of a file."""
    ref = "refs/heads/mlops/retrain-staging"
    world.git.fetch(f"+{ref}:{ref}")
    return (world.git.tree(ref).read(path) or b"").decode()


def test_labelled_rows_become_a_pull_request(world: World, host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    github = wanting_a_pull_request(world, host, **{"data/churn.csv": DATA.encode()})

    for _ in range(2):
        assert monitor(capsys, "--state", host, "-C", host)[0] == Exit.FINDINGS

    (pull,) = pulls.of_branch(github, "mlops/retrain-staging", state="all")
    assert pull.title == "Retrain churn: 2 newly labelled rows of staging"
    assert "age: psi" in (pull.body or "")
    assert "Approve workflows to run" not in (pull.body or "")  # a host's token is no workflow's own
    assert issues.labelled(github, "mlops-monitor-staging") == []
    text = new_rows(world, "data/churn.csv")
    frame = rows(1000, 2, shift=1)
    assert text.startswith(DATA)
    added = pd.read_csv(io.StringIO(text))[2:].reset_index(drop=True)
    assert added["id"].tolist() == ["n1", "n2"]
    assert added["left"].tolist() == [5.5, 4]
    assert added["age"].tolist() == pytest.approx(frame["age"][1:3].tolist())
    assert added["visits"].tolist() == frame["visits"][1:3].tolist()


@pytest.mark.parametrize(
    ("app", "login", "checked"), [("app-token", "app[bot]", True), ("", "github-actions[bot]", False)]
)
def test_in_a_workflow_the_app_opens_the_pull_request_where_there_is_one(
    world: World,
    host: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    app: str,
    login: str,
    checked: bool,
) -> None:
    """Who merges it must know whether its checks start; the rest is told by the run's own token, which is enough."""
    github = wanting_a_pull_request(world, host, **{"data/churn.csv": DATA.encode()})
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("MLOPS_APP_TOKEN", app)

    monitor(capsys, "--state", host, "-C", host)

    (pull,) = pulls.of_branch(github, "mlops/retrain-staging")
    (issue,) = issues.labelled(github, "mlops-monitor-host-staging")
    assert pull.user is not None
    assert issue.user is not None
    assert (pull.user.login, issue.user.login) == (login, "github-actions[bot]")
    assert ("Approve workflows to run" not in (pull.body or "")) is checked


def test_the_app_pushes_what_it_opens(world: World) -> None:
    """Else a later push to an open pull request would start no checks."""
    github, git = GitHub("acme/churn", "token", world.api), replace(world.git, token="token")

    by = opener(git, github, Run(in_actions=True, app_token="app-token"))
    own = opener(git, github, Run(in_actions=True))

    assert (by.git.token, by.github.token, by.checked) == ("app-token", "app-token", True)
    assert (own.git.token, own.github.token, own.checked) == ("token", "token", False)


def kept_by_dvc(tmp_path: Path) -> tuple[dict[str, bytes], Path]:
    """What Git has of data that DVC keeps, and the folder that is their remote."""
    md5 = hashlib.md5(DATA.encode(), usedforsecurity=False).hexdigest()
    remote = tmp_path / "storage"
    (remote / "files/md5" / md5[:2]).mkdir(parents=True)
    (remote / "files/md5" / md5[:2] / md5[2:]).write_text(DATA)
    tracked = f"outs:\n- md5: {md5}\n  size: {len(DATA)}\n  hash: md5\n  path: churn.csv\n"
    config = f"[core]\n    remote = storage\n['remote \"storage\"']\n    url = {remote}\n"
    return {"data/churn.csv.dvc": tracked.encode(), ".dvc/config": config.encode()}, remote


def test_data_that_dvc_keeps_are_pushed_first(
    world: World, host: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    files, remote = kept_by_dvc(tmp_path)
    github = wanting_a_pull_request(world, host, **files)

    assert monitor(capsys, "--state", host, "-C", host)[0] == Exit.FINDINGS

    assert len(pulls.of_branch(github, "mlops/retrain-staging")) == 1
    new = yaml.safe_load(new_rows(world, "data/churn.csv.dvc"))["outs"][0]["md5"]
    kept = (remote / "files/md5" / new[:2] / new[2:]).read_text()
    assert kept.startswith(DATA)
    assert [text.split(",")[0] for text in kept.splitlines()[3:]] == ["n1", "n2"]


def test_a_job_that_may_not_write_the_data_says_so_in_the_issue(
    world: World, host: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on GitHub, where the monitor signs in to read: nothing is proposed whose data nobody could get."""
    files, _ = kept_by_dvc(tmp_path)
    github = wanting_a_pull_request(world, host, **files)
    refused = "ERROR: An error occurred (AccessDenied) when calling the PutObject operation: Access Denied"

    def reads_only(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", refused) if command[0] == "push" else dvc(root, *command)

    monkeypatch.setattr(data_version, "dvc", reads_only)

    assert monitor(capsys, "--state", host, "-C", host)[0] == Exit.FINDINGS

    assert pulls.of_branch(github, "mlops/retrain-staging") == []
    assert world.git.remote_refs("refs/heads/mlops/retrain-staging") == {}
    (issue,) = issues.labelled(github, "mlops-monitor-staging")
    assert "There is no pull request with new rows: `dvc push: whoever has signed in may read, but not write" in (
        issue.body or ""
    )
    assert "bring the rows in by a pull request of your own" in (issue.body or "")


def test_without_new_labels_it_is_an_issue(world: World, host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    github = wanting_a_pull_request(world, host, **{"data/churn.csv": DATA.encode()})
    (host / "labels.csv").write_text("id,left\nold,1\n")

    assert monitor(capsys, "--state", host, "-C", host)[0] == Exit.FINDINGS

    assert pulls.of_branch(github, "mlops/retrain-staging") == []
    assert len(issues.labelled(github, "mlops-monitor-staging")) == 1


def test_it_sets_git_back_where_no_agent_could(world: World, host: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Production's agent has no token: the monitor of any host or workflow opens the pull request."""
    del host
    said = "environment: production\nmodel: churn\nversion: {}\ndigest: {}\nserial: {}\nbase_serial: {}\n"
    state = ledger.replay(ledger.read(world.git)).of("churn")
    registered = state.registered["v1.0.0"].what
    for serial, result in ((1, "succeeded"), (2, "rolled-back")):
        what = replace(registered, environment="production", serial=serial, base_serial=serial - 1, tag=None)
        if serial == 2:
            world.digest = "sha256:" + "2" * 64
            world.register("v1.1.0")
            what = replace(what, version="v1.1.0", package=replace(what.package, digest=world.digest))
        intent = world.put(ledger.Draft(event="deploy.intent", who=ALICE, what=what))
        ledger.append_outcome(world.git, intent, ledger.Outcome(result), who=ALICE)
    text = said.format("v1.1.0", world.digest, 2, 1) + "base_digest: null\nevidence: []\n"
    main = world.git.commit_id("main")
    tree = world.git.write_tree(main, {"deploy/production.yaml": text.encode()})
    commit = world.git.write_commit(tree, parents=[main], message="Promote", when=START)
    world.git.push(Update("refs/heads/main", commit, main))

    monitor(capsys, "--state", world.git.directory.parent / "state")
    monitor(capsys, "--state", world.git.directory.parent / "state")

    github = GitHub("acme/churn", "token", world.api)
    (pull,) = pulls.of_branch(github, "mlops/rollback-production", state="all")
    assert pull.title == "Roll production back to churn v1.0.0"


@pytest.mark.parametrize("window", ["week", "0d", "-1h"])
def test_wrong_usage(world: World, window: str) -> None:
    with pytest.raises(Exception, match="is no time"):
        monitor_command.main(["--window", window, "-C", str(world.git.directory)], standalone_mode=False)


def test_a_folder_that_is_no_agents(tmp_path: Path) -> None:
    with pytest.raises(Failure):
        monitor_command.main(["--state", str(tmp_path)], standalone_mode=False)
