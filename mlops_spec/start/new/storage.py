"""The section `storage` of a new repository: the data's place, the jobs' sign-in, and DVC's plugin for both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from mlops_spec.engines.commands import PACKAGE
from mlops_spec.errors import Failure
from mlops_spec.spec.storage import EXTRAS, RoleArn, Url, scheme

if TYPE_CHECKING:
    from pathlib import Path

_SECTION = """
storage: # `mlops-spec doctor --cloud FOLDER` writes what the cloud must be told
  url: {url}
"""
_AWS = """\
  region: {region}
  sign_in:
    aws:
      read: arn:aws:iam::{account}:role/{model}-read
      write: arn:aws:iam::{account}:role/{model}-write
  pull_requests: read # | sample | after-merge
"""


def is_remote(address: str) -> bool:
    """Whether an address is one of a store, which the spec names, rather than a folder on this machine."""
    return bool(scheme(address))


def add(root: Path, url: str, model: str, account: str, region: str) -> None:
    """Writes the section into the spec and the plugin into `pyproject.toml`; without an account nobody signs in yet.

    Raises:
        Failure: the address can't be one, or the account is none (2).
    """
    _refuse(Url, url, "--storage", "s3://bucket/path, gs://, azure://, ssh:// or https://, without password or key")
    text = _SECTION.format(url=url)
    if account and scheme(url) == "s3":
        _refuse(RoleArn, f"arn:aws:iam::{account}:role/x", "--account", "the twelve digits of an AWS account")
        text += _AWS.format(region=region, account=account, model=model)
    spec = root / "model.yaml"
    spec.write_text(f"{spec.read_text(encoding='utf-8').rstrip()}\n{text}", encoding="utf-8")
    extra = EXTRAS.get(scheme(url))
    if extra:
        project = root / "pyproject.toml"
        wanted = f'dependencies = [\n  "{PACKAGE}[{extra}]>=3.60", # what DVC needs for the storage'
        given = project.read_text(encoding="utf-8")
        project.write_text(given.replace("dependencies = [", wanted, 1), encoding="utf-8")


def _refuse(kind: Any, value: str, option: str, right: str) -> None:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        raise Failure(f"{option} can't be that", remedy=right) from None
