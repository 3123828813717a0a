"""Signing packages, and verifying who signed them, by OpenSSF model-signing: a Sigstore bundle beside the package.

What it does not look at (hidden files, empty folders, modes) `package.on_disk` refuses, before and after.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from model_signing import hashing, signing, verifying

from mlops_spec.errors import Exit, Failure
from mlops_spec.package import on_disk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@dataclass(frozen=True)
class Keyless:
    """Who signed by Sigstore: the identity in the certificate, and who vouches for it."""

    identity: str
    issuer: str


def sign(directory: Path, signature: Path, key: Path | None, token: str | None = None) -> str:
    """Signs a whole package by an elliptic curve's private key (PEM), else keyless by Sigstore; returns its digest.

    Keyless it takes `token` (OpenID Connect), or what the job's runner offers; a person gets a browser.

    Raises:
        Failure: the package is not whole (exit 78), the key can't be used (2), Sigstore does not answer (69).
    """
    on_disk.verify(directory)
    made = signing.Config().set_hashing_config(_hashing())
    if key is not None:
        _must_be_file(key)
        made = _doing(lambda: made.use_elliptic_key_signer(private_key=key), f"{key} is no private key", Exit.USAGE)
        _doing(lambda: made.sign(directory, signature), f"{key} can't sign", Exit.USAGE)
    else:
        made = made.use_sigstore_signer(identity_token=token, use_ambient_credentials=token is None)
        _doing(lambda: made.sign(directory, signature), "Sigstore gives no signature", Exit.UNAVAILABLE)
    return on_disk.digest(directory)


def verify(directory: Path, signature: Path, by: Path | Keyless, digest: str | None = None) -> str:
    """Verifies that a package is whole and was signed by the owner of a public key (PEM), or by a Sigstore identity.

    Raises:
        Failure: the package is not whole (exit 78), not what was signed, or by another (1); a file is missing (2).
    """
    _must_be_file(signature)
    on_disk.verify(directory, digest)
    made = verifying.Config().set_hashing_config(_hashing())
    if isinstance(by, Keyless):
        made = made.use_sigstore_verifier(identity=by.identity, oidc_issuer=by.issuer)
    else:
        _must_be_file(by)
        made = _doing(lambda: made.use_elliptic_key_verifier(public_key=by), f"{by} is no public key", Exit.USAGE)
    _doing(lambda: made.verify(directory, signature), f"{signature} does not prove {directory}", Exit.FINDINGS)
    return on_disk.digest(directory)


def _hashing() -> hashing.Config:
    return hashing.Config().set_ignored_paths(paths=[], ignore_git_paths=False)


def _must_be_file(path: Path) -> None:
    if not path.is_file():
        raise Failure(f"{path}: no such file")


def _doing(call: Callable[[], Any], otherwise: str, exit_code: Exit) -> Any:
    """What a call returns; the library and those below it raise errors of many kinds, which all mean that it failed."""
    try:
        return call()
    except Exception as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise Failure(f"{otherwise}: {said[:300]}", exit_code=exit_code) from error
