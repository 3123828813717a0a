"""A signed package is the one that was signed, by whose key it was; every change is found, by the library or by us."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import click
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from mlops_spec.cli.sign import sign_command, verify_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.package.manifest import Data, Manifest, PackagedFile, Signature, manifest_bytes
from mlops_spec.package.on_disk import digest, file_sha256

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MANIFEST = Manifest(
    v=1,
    model="churn",
    task="binary-classification",
    format="skops",
    predictor=None,
    trusted_types=(),
    positive=True,
    classes=(False, True),
    threshold=0.5,
    features=(),
    signature=Signature(inputs=(), outputs=()),
    files=(),
    spec_sha256="0" * 64,
    data=Data(sha256="1" * 64, rows=1000),
    versions={"python": "3.11.7"},
)


def write_keys(folder: Path, name: str) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    private, public = folder / f"{name}.key", folder / f"{name}.pub"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "package"
    model = root / "model" / "model.skops"
    model.parent.mkdir(parents=True)
    model.write_bytes(b"a model")
    listed = (PackagedFile(path="model/model.skops", sha256=file_sha256(model), bytes=7),)
    (root / "manifest.json").write_bytes(manifest_bytes(replace(MANIFEST, files=listed)))
    return root


@pytest.fixture
def public(tmp_path: Path, package: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The package is signed; this is the key to verify it by."""
    private, public = write_keys(tmp_path, "alice")
    assert sign_command.main([str(package), "--key", str(private)], standalone_mode=False) == 0
    assert capsys.readouterr().out == f"{digest(package)} signed: {package}.sig\n"
    return public


def verified(package: Path, *arguments: object) -> int:
    code: int = verify_command.main([str(package), *map(str, arguments)], standalone_mode=False)
    return code


def test_what_was_signed_verifies(package: Path, public: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verified(package, "--key", public) == 0
    assert capsys.readouterr().out == f"{digest(package)} signed by {public}\n"
    assert verified(package, "--key", public, "--digest", digest(package), "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == {"digest": digest(package), "signed_by": str(public)}
    bundle = json.loads((package.parent / "package.sig").read_text())
    assert bundle["mediaType"].startswith("application/vnd.dev.sigstore.bundle")


def edited(package: Path) -> None:
    (package / "model/model.skops").write_bytes(b"another")


def exchanged(package: Path) -> None:
    """With a manifest that fits: whole, but not what was signed."""
    edited(package)
    listed = (PackagedFile(path="model/model.skops", sha256=file_sha256(package / "model/model.skops"), bytes=7),)
    (package / "manifest.json").write_bytes(manifest_bytes(replace(MANIFEST, files=listed)))


def added(package: Path) -> None:
    (package / ".git").mkdir()
    (package / ".git" / "hook").write_bytes(b"x")


def emptied(package: Path) -> None:
    (package / "model" / "more").mkdir()


def removed(package: Path) -> None:
    (package / "model/model.skops").unlink()


def linked(package: Path) -> None:
    removed(package)
    (package / "model/model.skops").symlink_to("/etc/hostname")


@pytest.mark.parametrize("change", [edited, exchanged, added, emptied, removed, linked], ids=lambda c: c.__name__)
def test_no_change_is_hidden(package: Path, public: Path, change: Callable[[Path], None]) -> None:
    """Hidden files and empty folders among them, which model-signing by itself does not see."""
    change(package)
    with pytest.raises(Failure) as raised:
        verified(package, "--key", public)

    found_by_us = change is not exchanged
    assert raised.value.exit_code == (Exit.CONFIG if found_by_us else Exit.FINDINGS)


@pytest.mark.parametrize(("place", "named"), [("package", "."), ("package/model", "..")])
def test_a_package_named_from_within(
    tmp_path: Path, package: Path, monkeypatch: pytest.MonkeyPatch, place: str, named: str
) -> None:
    private, public = write_keys(tmp_path, "alice")
    monkeypatch.chdir(tmp_path / place)
    assert sign_command.main([named, "--key", str(private)], standalone_mode=False) == 0

    assert (tmp_path / "package.sig").is_file()
    assert verified(package, "--key", public) == 0


def test_another_key_and_another_digest_are_refused(tmp_path: Path, package: Path, public: Path) -> None:
    _, other = write_keys(tmp_path, "eve")
    with pytest.raises(Failure, match="does not prove") as raised:
        verified(package, "--key", other)
    assert raised.value.exit_code == Exit.FINDINGS
    with pytest.raises(Failure, match="is expected"):
        verified(package, "--key", public, "--digest", "sha256:" + "0" * 64)


def test_a_package_that_is_not_whole_is_not_signed(tmp_path: Path, package: Path) -> None:
    private, _ = write_keys(tmp_path, "alice")
    edited(package)
    with pytest.raises(Failure):
        sign_command.main([str(package), "--key", str(private)], standalone_mode=False)

    assert not (tmp_path / "package.sig").exists()


def test_keys_and_signatures_that_cannot_be_used(tmp_path: Path, package: Path, public: Path) -> None:
    with pytest.raises(Failure, match=r"nobody\.key: no such file"):
        sign_command.main([str(package), "--key", str(tmp_path / "nobody.key")], standalone_mode=False)
    with pytest.raises(Failure, match=r"alice\.pub is no private key") as raised:
        sign_command.main([str(package), "--key", str(public)], standalone_mode=False)
    assert raised.value.exit_code == Exit.USAGE
    with pytest.raises(Failure, match="is no public key"):
        verified(package, "--key", package / "manifest.json")
    (tmp_path / "package.sig").write_text("{}")
    with pytest.raises(Failure, match="does not prove"):
        verified(package, "--key", public)
    (tmp_path / "package.sig").unlink()
    with pytest.raises(Failure, match=r"package\.sig: no such file"):
        verified(package, "--key", public)


@pytest.mark.parametrize("given", [[], ["--identity", "x"], ["--key", "a", "--identity", "x", "--issuer", "y"]])
def test_verify_asks_by_whom(package: Path, given: list[str]) -> None:
    with pytest.raises(click.UsageError, match="give --key, or --identity with --issuer"):
        verified(package, *given)
