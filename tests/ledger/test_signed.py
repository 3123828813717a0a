"""Signed checkpoints: who signed them, as other implementations of C2SP signed-note would say too."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from click import UsageError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from mlops_spec import ledger
from mlops_spec.cli.audit import audit_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, Update
from mlops_spec.ledger.note import ForgedError, Note, read
from mlops_spec.ledger.record import What
from mlops_spec.ledger.signed import Key, Signer, read_signer, read_trusted, signers

from .conftest import ALICE, START, put

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# golang.org/x/mod/sumdb/note, the documentation's example: a key that is published to be tried.
GO_SECRET = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
GO_PUBLIC = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = f"""{GO_TEXT}
— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
PETER = Key("PeterNeumann", GO_PUBLIC)
BEAT = ledger.Draft(event="monitor.heartbeat", who=ALICE, what=What(model="churn"))


def a_key(path: Path, name: str = "bob@acme", *, key: object = None) -> Path:
    """A key pair as `ssh-keygen` writes it."""
    private = key or Ed25519PrivateKey.generate()
    assert isinstance(private, Ed25519PrivateKey | ec.EllipticCurvePrivateKey)
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    public = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    path.with_name(f"{path.name}.pub").write_text(f"{public} {name}\n")
    return path


def locked(path: Path) -> Path:
    """A private key with a password, as far as one can see without it (openssh-portable, PROTOCOL.key)."""

    def field(content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + content

    derivation = field(bytes(16)) + (16).to_bytes(4, "big")
    content = b"openssh-key-v1\0" + b"".join(map(field, (b"aes256-ctr", b"bcrypt", derivation)))
    content += (1).to_bytes(4, "big") + field(field(b"ssh-ed25519") + field(GO_PUBLIC)) + field(bytes(144))
    text = base64.b64encode(content).decode()
    path.write_text(f"-----BEGIN OPENSSH PRIVATE KEY-----\n{text}\n-----END OPENSSH PRIVATE KEY-----\n")
    return path


def public(path: Path) -> Path:
    return path.with_name(f"{path.name}.pub")


def test_gos_example_is_read_verified_and_made_the_same() -> None:
    note = read(GO_NOTE)

    assert note.text == GO_TEXT
    assert signers(note, [PETER]) == ("PeterNeumann",)
    assert str(Signer(PETER, Ed25519PrivateKey.from_private_bytes(GO_SECRET)).sign(GO_TEXT)) == GO_NOTE


def test_the_text_may_have_empty_lines_and_a_note_may_have_many_signatures(tmp_path: Path) -> None:
    signer = read_signer(a_key(tmp_path / "key"))
    text = f"one\n\ntwo\n{GO_TEXT}"
    both = Note(text, (*signer.sign(text).signatures, *read(GO_NOTE).signatures))

    assert read(str(both)) == both
    assert signers(both, [signer.key]) == ("bob@acme",), "what an unknown key signed is not looked at"
    with pytest.raises(ForgedError, match="the signature of PeterNeumann is not that of this text"):
        signers(both, [signer.key, PETER])


@pytest.mark.parametrize(
    "text",
    [
        GO_TEXT,
        GO_NOTE.replace("— ", "-- "),
        GO_NOTE.replace("PeterNeumann", "Peter Neumann"),
        GO_NOTE.replace("nAM=", "nAM"),
        f"{GO_NOTE}and more\n",
        f"{GO_NOTE}\n",
    ],
)
def test_what_is_no_signature_line_makes_no_signed_note(text: str) -> None:
    assert read(text) == Note(text)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("cryptography", "cryptographY", "the signature of PeterNeumann is not that"),
        ("nAM=", "nAA=", "the signature of PeterNeumann is not that"),
        ("PeterNeumann", "PeterPan", "no trusted key signed it"),
        ("x08go", "y08go", "no trusted key signed it"),
    ],
)
def test_a_forged_note(old: str, new: str, reason: str) -> None:
    with pytest.raises(ForgedError, match=reason):
        signers(read(GO_NOTE.replace(old, new)), [PETER])


def test_keys_that_cannot_sign(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="it has a password"):
        read_signer(locked(tmp_path / "locked"))
    with pytest.raises(Failure, match="not an Ed25519 key"):
        read_signer(a_key(tmp_path / "curve", key=ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(Failure, match="'Bob Jones' can't be a signer's name"):
        read_signer(a_key(tmp_path / "spaced", "Bob Jones"))
    with pytest.raises(Failure, match="'' can't be a signer's name"):
        read_signer(a_key(tmp_path / "nameless", ""))
    (tmp_path / "text").write_text("hello")
    with pytest.raises(Failure, match="no private key of SSH's"):
        read_signer(tmp_path / "text")
    with pytest.raises(Failure, match="can't be read: No such file"):
        read_signer(tmp_path / "none")
    mine = a_key(tmp_path / "mine")
    public(a_key(tmp_path / "other")).replace(public(mine))
    with pytest.raises(Failure, match="is not the public half"):
        read_signer(mine)


def test_trusted_keys(tmp_path: Path) -> None:
    one, two = a_key(tmp_path / "one", "ann"), a_key(tmp_path / "two", "bob")
    many = tmp_path / "auditors"
    many.write_text(f"# who audits\n{public(one).read_text()}\n{public(two).read_text()}")

    assert [key.name for key in read_trusted(many)] == ["ann", "bob"]
    for content, said in (("# nobody\n", "no public key in it"), ("ssh-ed25519 AAAA x\n", "not a public key of SSH's")):
        many.write_text(content)
        with pytest.raises(Failure, match=said):
            read_trusted(many)


@pytest.fixture
def run(git: Git, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """`audit verify` in a clone of a ledger of four records."""
    main = git.write_commit(git.write_tree(None, {"a": b""}), message="Begin", when=START)
    git.push(Update("refs/heads/main", main, None))
    put(git, *[BEAT] * 4)

    def call(*arguments: object) -> tuple[int, str]:
        words = ["verify", *map(str, arguments), "-C", str(git.directory)]
        code = audit_command.main(words, standalone_mode=False)
        return code, "".join(capsys.readouterr())

    return call


def test_a_checkpoint_is_signed_and_names_its_signer(
    run: Callable[..., tuple[int, str]], git: Git, tmp_path: Path
) -> None:
    key, saved = a_key(tmp_path / "key"), tmp_path / "now.note"
    code, printed = run("--save", saved, "--key", key)
    git.run("update-ref", "-d", "refs/mlops-spec/audit-log")
    put(git, BEAT)
    git.run("update-ref", "-d", "refs/mlops-spec/audit-log")

    assert code == 0
    assert printed.endswith(f"checkpoint of 4 records in {saved}, signed by bob@acme\n")
    assert saved.read_text().startswith(str(ledger.head(git).log))
    git.run("update-ref", "-d", "refs/mlops-spec/audit-log")
    proof = f"records 0 to 3 by {saved}, signed by bob@acme (its only checkpoint)"
    assert run("--checkpoint", saved, "--trusted", public(key)) == (
        0,
        f"5 records, chain whole\nproven  {proof}; 4 to 4 are chained only\n",
    )
    answer = json.loads(run("--since", saved, "--trusted", public(key), "--format", "json")[1])
    assert (answer["ok"], answer["since"], answer["new"]) == (True, 4, [4])


def test_a_checkpoint_that_is_not_signed_by_whom_it_must_be_is_a_finding_and_proves_nothing(
    run: Callable[..., tuple[int, str]], git: Git, tmp_path: Path
) -> None:
    key, other, saved = a_key(tmp_path / "key"), a_key(tmp_path / "other", "eve"), tmp_path / "now.note"
    run("--save", saved, "--key", other)
    git.run("update-ref", "-d", "refs/mlops-spec/audit-log")
    code, printed = run("--checkpoint", saved, "--trusted", public(key))
    assert code == Exit.FINDINGS
    assert printed.startswith(f"! {saved}: no trusted key signed it\n4 records, 1 findings\nproven  ")
    assert "now.note" not in printed.splitlines()[-1]

    later = tmp_path / "later.note"
    saved.write_text(saved.read_text().replace("\n4\n", "\n3\n"))
    code, printed = run("--checkpoint", saved, "--trusted", public(other), "--save", later)
    assert code == Exit.FINDINGS
    assert f"! {saved}: the signature of eve is not that of this text\n" in printed
    assert not later.exists()


def test_a_signature_that_nobody_asks_about_is_not_looked_at(
    run: Callable[..., tuple[int, str]], git: Git, tmp_path: Path
) -> None:
    saved = tmp_path / "now.note"
    run("--save", saved, "--key", a_key(tmp_path / "key"))
    git.run("update-ref", "-d", "refs/mlops-spec/audit-log")

    assert f"records 0 to 3 by {saved} (" in run("--checkpoint", saved)[1]


def test_options_that_would_do_nothing(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--key signs what --save writes"):
        run("--key", a_key(tmp_path / "key"))
    with pytest.raises(UsageError, match="--trusted is for the checkpoints"):
        run("--since", 2, "--trusted", public(tmp_path / "key"))
