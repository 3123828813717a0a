"""A registered version: what its release commit carries agrees with its evidence, or `--check` names what doesn't."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from mlops_spec import ledger
from mlops_spec.cli.card import card_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Update
from mlops_spec.integrity.seal import seal
from mlops_spec.release.card.documents import BILL, KINDS, RELEASE, TEST_RESULT
from mlops_spec.release.card.released import released
from mlops_spec.release.register import register

from .conftest import ALICE, DECLARED, GATES, START, bundle

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.git import Git


def card(git: Git, *arguments: str) -> Result:
    return CliRunner().invoke(card_command, ["-C", str(git.directory), *arguments], standalone_mode=False)


def forged(git: Git, path: str, content: bytes | None, version: str = "v1.0.0") -> None:
    """Moves the local tag to a commit with one file changed or removed."""
    tag = f"credit-default@{version}"
    made = git.tree(f"refs/tags/{tag}")
    tree = git.write_tree(made.commit, {path: content})
    commit = git.write_commit(tree, parents=[git.commit_id(f"{made.commit}^")], message="Release", when=START)
    git.run("tag", "--force", tag, commit)


def test_a_release_agrees_with_its_evidence(repository: Git) -> None:
    done = card(repository, "--check")

    assert done.return_value == Exit.OK, done.output
    assert done.stdout == ""
    assert "v1.0.0: card, bill and statements agree" in done.stderr


def test_the_printed_forms_are_what_the_release_carries(repository: Git) -> None:
    found = released(repository)

    carried = {path: found.tree.read(path) for path in ("MODEL_CARD.md", BILL, TEST_RESULT, RELEASE)}
    assert carried["MODEL_CARD.md"] == card(repository).stdout_bytes
    assert carried[BILL] == card(repository, "--format", "cyclonedx").stdout_bytes
    first, second = card(repository, "--version", "v1.0.0", "--format", "in-toto").stdout.splitlines()
    assert json.loads(first) == json.loads(carried[TEST_RESULT] or b"")
    assert json.loads(second) == json.loads(carried[RELEASE] or b"")


def test_the_ledger_names_card_and_bill_by_their_digests(repository: Git) -> None:
    (record,) = ledger.read(repository)

    named = {each.uri: (each.kind, each.digest) for each in record.evidence}
    tree = released(repository).tree
    for path, kind in KINDS.items():
        assert named[path] == (kind, "sha256:" + hashlib.sha256(tree.read(path) or b"").hexdigest())


def test_json_has_the_numbers_and_the_verdicts(repository: Git) -> None:
    found = json.loads(card(repository, "--format", "json").stdout)

    assert (found["version"], found["rows"]) == ("v1.0.0", 7384)
    assert found["measures"]["roc_auc"]["value"] == 0.7821391401164256
    assert [gate["id"] for gate in found["gates"]][:2] == ["contract", "roc_auc"]


@pytest.mark.parametrize("path", ["MODEL_CARD.md", str(BILL), str(TEST_RESULT), str(RELEASE)])
def test_a_number_that_was_changed_is_found(repository: Git, path: str) -> None:
    content = released(repository).tree.read(path) or b""
    old, new = (b"0.7821", b"0.9821") if b"0.7821" in content else (b"v1.0.0", b"v2.0.0")
    new = b"roc_bbb" if path == str(TEST_RESULT) else new
    old = b"roc_auc" if path == str(TEST_RESULT) else old
    assert old in content
    forged(repository, path, content.replace(old, new))

    done = card(repository, "--check")

    assert done.return_value == Exit.FINDINGS
    assert f"+++ b/{path}" in done.stdout
    assert new.decode() in done.stdout
    assert "1 documents disagree" in done.stderr


@pytest.mark.parametrize("path", [str(BILL), "MODEL_CARD.md"])
def test_a_document_that_is_missing_is_found(repository: Git, path: str) -> None:
    forged(repository, path, None)
    if path == "MODEL_CARD.md":
        with pytest.raises(Failure, match=r"has no MODEL_CARD\.md") as caught:
            released(repository)
        assert caught.value.exit_code == Exit.FINDINGS
    else:
        done = card(repository, "--check", "--format", "json")
        assert done.return_value == Exit.FINDINGS
        assert json.loads(done.stdout) == {
            "version": "v1.0.0",
            "agrees": False,
            "differences": {path: f"{path} is missing\n"},
        }


def test_changed_evidence_is_found_by_all_that_was_made_from_it(repository: Git) -> None:
    content = released(repository).tree.read("release/evaluation.json") or b""
    forged(repository, "release/evaluation.json", content.replace(b"0.7821391401164256", b"0.9821391401164256"))

    assert set(released(repository).differences()) == {"MODEL_CARD.md", str(BILL), str(TEST_RESULT)}


def test_a_card_that_the_bundle_brings_along_does_not_get_in(repository: Git) -> None:
    commit = repository.write_commit(
        repository.write_tree("HEAD", {"src/a.py": b"1"}),
        parents=[repository.commit_id()],
        message="Change",
        when=START,
    )
    repository.push(Update("refs/heads/main", commit, repository.commit_id()))
    gates = [gate | {"verdict": "pass", "value": 0.1} if gate["kind"] == "fairness" else gate for gate in GATES]
    brought = bundle(commit, gates, card="# Perfect\n", seed=1)
    register(repository, brought, who=ALICE, now=START)

    done = card(repository, "--version", "v1.0.1", "--check")
    assert done.return_value == Exit.OK, done.output
    assert "# Perfect" not in card(repository).stdout


def test_bytes_that_are_no_text_are_found(repository: Git) -> None:
    forged(repository, str(BILL), b"\xff\xfe")

    assert card(repository, "--check").return_value == Exit.FINDINGS


def test_a_version_that_only_the_remote_has_is_fetched(repository: Git) -> None:
    repository.run("tag", "--delete", "credit-default@v1.0.0")

    assert card(repository, "--version", "v1.0.0", "--check").return_value == Exit.OK


def test_a_version_that_nobody_registered_is_refused(repository: Git) -> None:
    with pytest.raises(Failure, match=r"there is no version credit-default@v9\.0\.0") as caught:
        released(repository, "v9.0.0")

    assert caught.value.exit_code == Exit.USAGE


def test_a_bundle_has_a_card_before_it_is_registered(repository: Git, tmp_path: Path) -> None:
    folder = tmp_path / "dist"
    folder.mkdir()
    for name, content in bundle(repository.commit_id()).files.items():
        (folder / name).write_bytes(content)
    seal(folder)

    done = card(repository, "--bundle", str(folder))

    assert done.return_value == Exit.OK
    assert "0.7821" in done.stdout
    assert "Version:" not in done.stdout
    assert DECLARED.split("---\n", 2)[2].rstrip() in done.stdout


def test_a_bundle_is_of_no_version(repository: Git) -> None:
    done = card(repository, "--bundle", "dist", "--check")

    assert "--bundle is of no version yet" in str(done.exception)


def test_at_the_root_of_many_each_is_checked(repository: Git) -> None:
    """One without a version is said, and one that is not valid; the others go on."""
    root = repository.directory
    spec = (root / "model.yaml").read_text(encoding="utf-8")
    own = {"credit": spec, "new": spec.replace("model: credit-default", "model: new"), "broken": "spec: 1\n"}
    for folder, text in own.items():
        (root / folder).mkdir()
        (root / folder / "model.yaml").write_text(text, encoding="utf-8")
    files = {f"{folder}/model.yaml": text.encode() for folder, text in own.items()}
    main = repository.commit_id("HEAD")
    tree = repository.write_tree(main, {**files, "model.yaml": None, "MODEL_CARD.md": None})
    commit = repository.write_commit(tree, parents=[main], message="Move", when=START)
    repository.run("reset", "--hard", "--quiet", commit)

    done = card(repository, "--check")

    assert "credit-default (credit)\n" in done.stdout
    assert "v1.0.0: card, bill and statements agree" in done.stderr, "it was made before the model got its folder"
    assert "new: no version of new is registered" in done.stderr
    assert done.stderr.endswith("3 models, 1 of them not valid\n")
    assert done.return_value == Exit.USAGE
    one = card(repository, "--model", "credit-default", "--version", "v1.0.0")
    assert one.stdout_bytes == (repository.here("refs/tags/credit-default@v1.0.0").read("MODEL_CARD.md") or b"")
