"""A bundle that somebody changed on its way registers nothing, whatever was changed, and is told file and field."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from mlops_spec import ledger
from mlops_spec.cli.audit import audit_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Update
from mlops_spec.integrity.verifier import SEALED
from mlops_spec.ledger.record import Draft, TagObject
from mlops_spec.monitor.state import check_state
from mlops_spec.package.manifest import canonical
from mlops_spec.release import carried
from mlops_spec.release.bundle import Bundle, read_bundle
from mlops_spec.release.candidate import candidate_of
from mlops_spec.release.proof import release_findings, verify_release
from mlops_spec.release.propose import propose
from mlops_spec.release.register import register
from mlops_spec.release.rollback import newest_main
from mlops_spec.spec import Spec

from ..bundles import bundle_files, pipeline, sealed
from ..forging import changed, leaves, with_evaluation, with_manifest
from .conftest import ALICE, START

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import House

# One gate of each kind, each with a number that a forger would like to change.
RICH = """\
spec: 1
model: churn
task: binary-classification
owners: ["@bob", "@carol"]
data: {path: data/churn.csv, target: left, positive: 1, id: id, protected: [sex]}
train: {run: python -m churn.train, params: {rate: 0.1}, predictor: "churn.predict:load"}
evaluate: {slices: [age]}
gates:
- {metric: roc_auc, min: 0.7}
- {metric: expected_calibration_error, max: 0.03}
- {slice: age, metric: roc_auc, min: 0.7}
- {weak_slices: all, metric: roc_auc, min: 0.65}
- {fairness: equalized_odds_difference, by: sex, max: 0.1}
- {robustness: missing, metric: roc_auc, max_drop: 0.03}
- {champion: production, metric: roc_auc, margin: 0.01}
- {latency: {p99: 50ms}}
- {size: {max: 5MB}}
environments:
  staging: {after: merge}
  production: {after: staging, promote: {approvals: 1, soak: 1h}}
"""


@pytest.fixture
def rich(house: House) -> House:
    house.commit({"model.yaml": RICH, "dvc.yaml": pipeline(RICH)})
    return house


def honest(house: House) -> dict[str, bytes]:
    spec = (house.git.tree().read("model.yaml") or b"").decode()
    return bundle_files(spec, house.git.commit_id(), numbers={"roc_auc": (0.8, 0.78, 0.82)})


def brought(folder: Path, files: dict[str, bytes], digest: str | None = None) -> Bundle:
    """As a job downloads it: sealed anew, as by somebody who knows how."""
    folder.mkdir(exist_ok=True)
    for name, content in sealed(files).items():
        (folder / name).write_bytes(content)
    return read_bundle(folder, digest)


def refused(house: House, files: dict[str, bytes]) -> str:
    with pytest.raises(Failure) as raised:
        candidate_of(house.git, brought(house.root / "dist", files), ALICE, START)
    assert raised.value.exit_code in {Exit.FINDINGS, Exit.USAGE}
    return raised.value.message


def with_gates(files: dict[str, bytes], change: Callable[[dict[str, Any]], object]) -> dict[str, bytes]:
    record = json.loads(files["gate.json"])
    change(record)
    return {**files, "gate.json": canonical(record)}


def gate(record: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in record["gates"] if each["id"] == name)
    return found


def test_an_honest_bundle_of_every_kind_of_gate_is_registered(rich: House) -> None:
    assert register(rich.git, brought(rich.root / "dist", honest(rich)), who=ALICE, now=START).new


@pytest.mark.slow
def test_each_leaf_of_the_gates_is_held(rich: House) -> None:
    """But for words and times, which nothing follows from: they are held by the digest alone."""
    files = honest(rich)
    record = json.loads(files["gate.json"])
    taken = []
    for path in leaves(record):
        forged = {**files, "gate.json": canonical(changed(record, path))}
        try:
            candidate_of(rich.git, brought(rich.root / "dist", forged), ALICE, START)
        except Failure as failure:
            assert re.search(r"gate\.json|no commit", failure.message), (path, failure.message)
        else:
            taken.append(path)

    words = {path[-1] for path in taken if path[0] == "seconds" or path[-1] == "reason"}
    assert words == {"train", "reason"}
    rest = [path for path in taken if path[-1] not in words]
    names = [(record["gates"][path[1]]["id"], path[-1]) for path in rest]
    # An interval that moves and still passes, of what is measured while it is judged: nothing else tells of it.
    alone = {
        "weak_slices/roc_auc",
        "fairness/equalized_odds_difference/sex",
        "robustness/missing/roc_auc",
        "latency/p99",
    }
    assert {name for name, _ in names} <= alone
    assert {field for _, field in names} <= {"value", "low", "high", "slice"}


@pytest.mark.slow
def test_each_leaf_of_the_evaluation_is_held(rich: House) -> None:
    files = honest(rich)
    record = json.loads(files["evaluation.json"])
    for path in leaves(record):
        said = refused(rich, {**files, "evaluation.json": canonical(changed(record, path))})
        assert "evaluation.json" in said, path


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda record: record.update(gates=record["gates"][:1]), r"gates\[leak\]: is missing"),
        (lambda record: record["gates"].remove(gate(record, "roc_auc")), r"gates\[roc_auc\]: is missing"),
        (lambda record: record["gates"].append(gate(record, "roc_auc")), r"gates\[roc_auc\]: stands twice"),
        (lambda record: record["gates"].append({**gate(record, "size"), "id": "log_loss"}), "does not demand it"),
        (
            lambda record: gate(record, "roc_auc")["bound"].update(value=0.1),
            r"roc_auc\]\.bound: is >= 0\.1, .* >= 0\.7",
        ),
        (lambda record: gate(record, "roc_auc")["bound"].update(op="<="), r"roc_auc\]\.bound: is <= 0\.7, .* >= 0\.7"),
        (lambda record: gate(record, "roc_auc").update(bound=None), r"roc_auc\]\.bound: is none"),
        (
            lambda record: gate(record, "roc_auc").update(value=0.9),
            r"roc_auc\]\.value: is 0\.9, evaluation\.json has 0\.8",
        ),
        (lambda record: gate(record, "roc_auc").update(value=0.9, low=0.88, high=0.92), r"roc_auc\]\.low: is 0\.88"),
        (lambda record: gate(record, "roc_auc").update(verdict="fail"), r"roc_auc\]\.verdict: is fail, .* pass"),
        (lambda record: gate(record, "roc_auc").update(kind="size"), r"roc_auc\]\.kind"),
        (lambda record: gate(record, "roc_auc").update(metric="log_loss"), r"roc_auc\]\.metric"),
        (lambda record: gate(record, "roc_auc").update(waived_until="2030-01-01"), r"waived_until: is 2030-01-01"),
        (
            lambda record: gate(record, "size").update(value=1.0, low=1.0, high=1.0),
            r"size\]\.value: is 1\.0, the package",
        ),
        (
            lambda record: gate(record, "leak").update(value=3.0, low=3.0, high=3.0),
            r"leak\]\.verdict: is pass, .* is fail",
        ),
        (lambda record: gate(record, "champion/production/roc_auc").update(low=0.1, high=0.2), "verdict: is pass"),
        (
            lambda record: record["gates"].remove(gate(record, "slice/age/roc_auc/one")),
            r"slice/age/roc_auc\]: the slices are not those that were evaluated: age=one",
        ),
        (lambda record: gate(record, "slice/age/roc_auc").update(value=0.99), "which no slice with its verdict has"),
        (lambda record: record.update(rows=9999), "rows: is 250, gate.json has 9,999"),
        (lambda record: record.update(verdict="inconclusive"), "gate.json: verdict: is inconclusive, by its gates"),
        (
            lambda record: record.update(
                against={"environment": "production", "version": "v9.0.0", "digest": "sha256:" + "1" * 64}
            ),
            r"against: by the ledger v9\.0\.0 .* was never live in production",
        ),
    ],
)
def test_a_forged_judgement_is_told_by_its_field(
    rich: House, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    assert re.search(said, refused(rich, with_gates(honest(rich), change)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"positive": 0}, r"positive: is 0, by the spec at that commit it is 1"),
        ({"classes": [1, 0]}, r"classes: are \[1, 0\]"),
        ({"classes": [0, 2, 1]}, r"classes: are \[0, 2, 1\]"),
        ({"features": ["left"]}, r"features: has 'left': the spec lets no model see that"),
        ({"features": ["tenure"]}, r"features: are not the inputs of its signature"),
    ],
)
def test_a_package_that_tells_of_another_model_is_told(rich: House, change: dict[str, Any], said: str) -> None:
    files = honest(rich)
    record = json.loads(files["manifest.json"])
    assert with_manifest(files, record)["manifest.json"] == files["manifest.json"]

    forged = with_manifest(files, record | change)
    assert re.search(rf"manifest\.json: {said}", refused(rich, forged))


@pytest.mark.parametrize(
    "change",
    [
        {"edges": []},
        {"scores": [0.2]},
        {"squared": [1.0]},
        {"rows": [100, 100]},
        {"edges": [0.6, 0.5], "rows": [100, 100, 50], "scores": [0.2, 0.4, 0.6], "told": [0.1, 0.2, 0.3]},
    ],
)
def test_bins_that_are_not_of_the_test_rows_are_told(house: House, change: dict[str, Any]) -> None:
    files = honest(house)
    bins = {"edges": [0.5], "rows": [150, 100], "scores": [0.2, 0.8], "told": [0.1, 0.475], "squared": []}

    record = json.loads(files["evaluation.json"])
    whole, forged = (with_evaluation(files, record | {"answered": each}) for each in (bins, bins | change))
    candidate_of(house.git, brought(house.root / "dist", whole), ALICE, START)
    assert "evaluation.json: answered" in refused(house, forged)


@pytest.mark.parametrize(
    ("cut", "said"),
    [
        (lambda text: "", "dvc.lock: it is empty"),
        (lambda text: text[: len(text) // 2], r"dvc\.lock: "),
        (lambda text: text[: text.index("  package:")], r"stages\.package: is missing: it was cut"),
        (lambda text: text + "  extra:\n    cmd: sh\n", r"stages\.extra: is no stage of dvc\.yaml"),
        (lambda text: text.replace("schema: '2.0'", "schema: '3.0'"), "cut short or edited"),
        (
            lambda text: text.replace("rate: 0.1", "rate: 0.2"),
            r"params\.model\.yaml\.train\.params: is not what model\.yaml",
        ),
        (lambda text: text.replace("mlops-spec stage train", "curl evil"), r"stages\.train\.cmd: is 'curl evil'"),
        (lambda text: text.replace("path: lib", "path: lob"), r"stages\.train\.deps: is not as dvc\.yaml"),
        (lambda text: text + "extra: &a [*a]\n", r"dvc\.lock: "),
        (lambda text: text + "deep: " + "[" * 500 + "]" * 500, r"dvc\.lock: "),
        # what DVC would read otherwise than we do, or not at all
        (lambda text: text + text[text.index("  train:") : text.index("  evaluate:")], "a key stands twice"),
        (lambda text: text.replace("stages:\n", "stages:\n  train: {cmd: curl evil}\n"), "a key stands twice"),
        (lambda text: f"schema: '9.0'\n{text}", "a key stands twice"),
        (lambda text: text.replace("stages:\n", "stages:\n  <<: {}\n"), r"dvc\.lock: stages\.<<"),
        (lambda text: text.replace("schema: ", "schema: !!str "), "anchors, aliases or tags"),
        (lambda text: text.replace("schema: ", "schema: &a "), "anchors, aliases or tags"),
        (lambda text: f"\ufeff{text}", "byte order mark"),
        (lambda text: text.replace("\n", "\r\n"), "carriage return"),
        (lambda text: text.replace("rate: 0.1", "rate: 0:0.1"), r"train\.params: is not what model\.yaml"),
        (lambda text: text.replace("size: ", f"size: 1{0:0400} #", 1), "its MD5 and sizes"),
        (lambda text: text.replace("hash: md5", "isexec: evil\n      hash: md5", 1), r"dvc\.lock: "),
    ],
)
def test_a_forged_lock_is_told(house: House, cut: Callable[[str], str], said: str) -> None:
    files = honest(house)
    files["dvc.lock"] = cut(files["dvc.lock"].decode()).encode()

    assert re.search(said, refused(house, files))


def test_numbers_that_others_can_t_read_are_none(rich: House) -> None:
    """JSON takes any number of digits, and a double ends at 1.8e308: what compares them must not fall over it."""
    files = honest(rich)
    for number in (10**400, -(10**400)):
        for field in ("value", "low", "high", "baseline", "bound"):
            for name in ("roc_auc", "size", "leak", "latency/p99", "champion/production/roc_auc"):
                forged = {"op": ">=", "value": number} if field == "bound" else number
                refused(rich, with_gates(files, lambda record: gate(record, name).update({field: forged})))  # noqa: B023
        record = json.loads(files["evaluation.json"])
        record["measures"]["roc_auc"]["value"] = number
        refused(rich, {**files, "evaluation.json": canonical(record)})


@pytest.mark.slow
def test_each_hash_of_the_lock_is_held_that_anything_else_tells_of(house: House) -> None:
    files = honest(house)
    lock = files["dvc.lock"].decode()
    taken = set()
    for found in re.finditer(r"path: (\S+)\n\s+hash: md5\n\s+md5: ([0-9a-f]{32})", lock):
        forged = lock[: found.start(2)] + "0f" * 16 + lock[found.end(2) :]
        try:
            candidate_of(house.git, brought(house.root / "dist", {**files, "dvc.lock": forged.encode()}), ALICE, START)
        except Failure as failure:
            assert f"[{found[1]}].md5" in failure.message
        else:
            taken.add(found[1])

    # the commit has neither of the inputs, and nothing reads the predictions
    assert taken == {"data/churn.csv", "lib", "build/evaluate/predictions.parquet"}


def test_an_input_that_the_commit_holds_is_held_to_it(house: House) -> None:
    house.commit(
        {"lib/a.py": "1\n", "data/churn.csv.dvc": "outs:\n- {md5: " + "a" * 32 + ", hash: md5, path: churn.csv}\n"}
    )
    said = refused(house, honest(house))

    assert "stages.train.deps[lib].md5" in said
    assert f"stages.split.deps[data/churn.csv].md5: is {hashlib.md5(b'data/churn.csv 1').hexdigest()}" in said


@pytest.mark.parametrize(
    "name", ["manifest.json", "gate.json", "evaluation.json", "dvc.lock", "package.dir", "MODEL_CARD.md"]
)
def test_each_byte_is_held_by_the_seal_and_the_seal_by_the_digest(house: House, name: str) -> None:
    files = honest(house)
    folder = house.root / "dist"
    digest = "sha256:" + hashlib.sha256(sealed(files)["SHA256SUMS"]).hexdigest()
    assert brought(folder, files, digest)
    content = files[name]
    for place in range(0, len(content), max(1, len(content) // 60)):
        forged = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        (folder / name).write_bytes(forged)
        with pytest.raises(Failure, match=re.escape(f"{name} is not the file of SHA256SUMS")):
            read_bundle(folder)
        with pytest.raises(Failure, match="was handed over"):
            brought(folder, {**files, name: forged}, digest)
        brought_back = sealed(files)
        for other, own in brought_back.items():
            (folder / other).write_bytes(own)


def test_nothing_else_lies_in_a_bundle(house: House) -> None:
    folder = house.root / "dist"
    brought(folder, honest(house))
    (folder / "sitecustomize.py").write_text("")
    with pytest.raises(Failure, match=r"sitecustomize\.py is not in SHA256SUMS"):
        read_bundle(folder)
    (folder / "sitecustomize.py").unlink()
    (folder / "gate.json").unlink()
    (folder / "gate.json").symlink_to(house.root / "elsewhere")
    with pytest.raises(Failure, match=r"gate\.json is a link"):
        read_bundle(folder)
    (folder / "gate.json").unlink()
    (folder / "gate.json").mkdir()
    with pytest.raises(Failure, match=r"gate\.json is no regular file"):
        read_bundle(folder)
    (folder / "gate.json").rmdir()
    brought(folder, honest(house))
    sums = (folder / "SHA256SUMS").read_text().splitlines()
    twice = sorted([*sums, f"{0:064}  gate.json"], key=lambda line: line[66:])
    (folder / "SHA256SUMS").write_text("".join(f"{line}\n" for line in twice))
    with pytest.raises(Failure, match="one stands twice"):
        read_bundle(folder)


def test_a_release_that_somebody_forged_is_found_and_goes_nowhere(staged: House) -> None:
    """Somebody who may push writes a whole registration by hand: all hashes right, and the judgement forged."""
    record = staged.records()[0]
    assert record.what.tag
    assert record.why
    forged = json.loads(staged.git.tree(record.what.tag.target).read("release/gate.json") or b"")
    gate(forged, "roc_auc").update(value=0.6, low=0.58, high=0.62)
    content = canonical(forged)
    tree = staged.git.write_tree(record.what.tag.target, {"release/gate.json": content})
    parent = staged.git.text("rev-parse", f"{record.what.tag.target}^")
    commit = staged.git.write_commit(tree, parents=[parent], message="mine\n", when=staged.now)
    tag = staged.git.write_tag("churn@v1.0.1", commit, message="mine\n", when=staged.now)
    gates = brought(staged.root / "dist", {**_released(staged, commit), "gate.json": content}).gates
    draft = Draft(
        event="register",
        who=ALICE,
        what=_as(record.what, version="v1.0.1", tag=TagObject(name="churn@v1.0.1", object=tag, target=commit)),
        why=_as(record.why, gates=gates),
        from_what=record.from_what,
        evidence=tuple(
            _as(each, digest=f"sha256:{hashlib.sha256(content).hexdigest()}") if each.kind == "gates" else each
            for each in record.evidence
        ),
    )
    updates = [Update("refs/tags/churn@v1.0.1", tag, None)]
    ledger.append(staged.git, ledger.head(staged.git), [draft], updates=updates, now=staged.now)

    (finding,) = release_findings(staged.git, staged.records())
    assert "gates[roc_auc].verdict: is pass, by its numbers it is fail" in finding
    with pytest.raises(Failure, match=r"gates\[roc_auc\]\.verdict"):
        staged.ask("v1.0.1")
    with pytest.raises(Failure):
        propose(staged.git, staged.github(), "production", "v1.0.1", now=staged.now)
    assert checks(staged)["releases"] == (finding,)  # it is the newest
    carried.write(staged.git, staged.records(), staged.root)
    assert tuple(carried.findings(staged.root, staged.records())) == (finding,)
    verify_release(staged.git, staged.records(), record)


def checks(house: House) -> dict[str, tuple[str, ...]]:
    return {each.name: each.findings for each in check_state(newest_main(house.git, now=house.now))}


def verified(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = audit_command.main(["verify", "--from", str(folder)], standalone_mode=False)
    said = capsys.readouterr()
    return code, said.out, said.err


def test_an_export_carries_what_the_one_verifier_reads(staged: House, capsys: pytest.CaptureFixture[str]) -> None:
    folder, here = staged.root / "export", str(staged.git.directory)
    for _ in range(2):  # its answer may have got lost
        assert audit_command.main(["export", str(folder), "-C", here], standalone_mode=False) == Exit.OK
    capsys.readouterr()
    assert verified(folder, capsys)[0] == Exit.OK

    pack = folder / "releases.pack"
    content = pack.read_bytes()
    pack.write_bytes(content[:-40])
    code, said, _ = verified(folder, capsys)
    assert (code, "releases.pack is no pack of Git's, or was cut" in said) == (Exit.FINDINGS, True)
    empty = staged.git.run("pack-objects", "--stdout", "--quiet", stdin=b"")
    pack.write_bytes(empty)
    code, said, _ = verified(folder, capsys)
    assert (code, "its release commit" in said, "is gone" in said) == (Exit.FINDINGS, True, True)
    pack.unlink()
    code, _, noted = verified(folder, capsys)
    assert (code, "its release commits were not looked at" in noted) == (Exit.OK, True)


@pytest.mark.parametrize("sealed_before", [False, True])
def test_a_release_of_an_older_version_is_held_by_its_hashes_until_a_sealed_one_is_on_record(
    staged: House, sealed_before: bool
) -> None:
    """Older versions wrote no listing: what they put on record is still whole, and nobody may go back to that."""
    record = staged.records()[0]
    older = _as(record, evidence=tuple(each for each in record.evidence if each.kind != SEALED))
    records = [record, _as(older, seq=1)] if sealed_before else [older]

    if sealed_before:
        with pytest.raises(Failure, match="names no `listing`, and releases before it do"):
            verify_release(staged.git, records, records[-1])
        return
    verify_release(staged.git, records, older)
    assert list(release_findings(staged.git, records)) == []
    for kind, path in (("gates", "gate.json"), ("evaluation", "evaluation.json")):
        other = tuple(_as(each, digest=f"sha256:{0:064}") if each.kind == kind else each for each in older.evidence)
        with pytest.raises(Failure, match=f"holds another release/{path}"):
            verify_release(staged.git, [_as(older, evidence=other)], _as(older, evidence=other))


def _as(value: Any, **fields: Any) -> Any:
    return replace(value, **fields)


def _released(house: House, commit: str) -> dict[str, bytes]:
    tree = house.git.tree(commit)
    names = ("manifest.json", "evaluation.json", "package.dir")
    files = {name: tree.read(f"release/{name}") or b"" for name in names}
    return {**files, "dvc.lock": tree.read("dvc.lock") or b"", "MODEL_CARD.md": b"# churn\n"}


def test_the_spec_of_these_tests_is_one() -> None:
    assert len(Spec.model_validate(yaml.safe_load(RICH)).gates) == 9
