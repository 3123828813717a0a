"""The commands `sign` and `verify`: a package's signature by OpenSSF model-signing."""

from __future__ import annotations

from pathlib import Path

import click

from mlops_spec import words
from mlops_spec.errors import Exit
from mlops_spec.model_folder import PACKAGE

_package = click.argument(
    "package", type=click.Path(file_okay=False, path_type=Path), default=Path(str(PACKAGE)), required=False
)
_signature = click.option(
    "--signature", type=click.Path(dir_okay=False, path_type=Path), help="The signature's file.  [default: PACKAGE.sig]"
)
_format = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)


@click.command("sign")
@_package
@click.option(
    "--key", type=click.Path(path_type=Path), help="Private key of an elliptic curve (PEM), without password."
)
@click.option("--identity-token", help="Keyless, by Sigstore: an OpenID Connect token.  [default: the job's own]")
@_signature
@_format
def sign_command(package: Path, key: Path | None, identity_token: str | None, signature: Path | None, form: str) -> int:
    """Sign a package, by a key offline or keyless by Sigstore; the signature is a Sigstore bundle beside it.

    \b
    Example:
      mlops-spec sign build/package --key model.key
    """
    if key is not None and identity_token is not None:
        raise click.UsageError("--key and --identity-token: give one of them")
    from mlops_spec.package import sign  # noqa: PLC0415 - an extra that few install

    place = signature or _beside(package)
    digest = sign.sign(package, place, key, identity_token)
    words.data({"digest": digest, "signature": str(place)}) if form == "json" else words.out(
        f"{digest} signed: {place}"
    )
    return Exit.OK


@click.command("verify")
@_package
@click.option("--key", type=click.Path(path_type=Path), help="Public key of whoever must have signed it (PEM).")
@click.option("--identity", help="Keyless: the identity that must have signed it, a workflow or an address.")
@click.option("--issuer", help="Keyless: who vouches for the identity.")
@click.option("--digest", help="The package's digest, as the ledger or the tag has it.")
@_signature
@_format
def verify_command(  # noqa: PLR0913 - one per option
    *,
    package: Path,
    key: Path | None,
    identity: str | None,
    issuer: str | None,
    digest: str | None,
    signature: Path | None,
    form: str,
) -> int:
    """Verify that a package is whole and who signed it; every file by its SHA-256, and nothing else in it.

    \b
    Example:
      mlops-spec verify build/package --key model.pub
      mlops-spec verify --identity ci@example.com --issuer https://accounts.google.com
    """
    from mlops_spec.package import sign  # noqa: PLC0415 - an extra that few install

    place = signature or _beside(package)
    by: Path | sign.Keyless
    if key is not None and identity is None and issuer is None:
        by, name = key, str(key)
    elif key is None and identity is not None and issuer is not None:
        by, name = sign.Keyless(identity, issuer), identity
    else:
        raise click.UsageError("give --key, or --identity with --issuer")
    found = sign.verify(package, place, by, digest)
    words.data({"digest": found, "signed_by": name}) if form == "json" else words.out(f"{found} signed by {name}")
    return Exit.OK


def _beside(package: Path) -> Path:
    folder = package if package.name not in {"", ".."} else package.resolve()
    return folder.parent / f"{folder.name}.sig"
