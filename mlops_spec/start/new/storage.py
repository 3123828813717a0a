"""The section `storage` of a new repository: the data's place, the jobs' sign-in, and DVC's plugin for both."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from mlops_spec.document import toml
from mlops_spec.engines.commands import PACKAGE
from mlops_spec.errors import Failure
from mlops_spec.spec.storage import EXTRAS, RoleArn, Url, scheme

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.start.new.choices import Choices

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
    _refuse_odd(url, account)
    text = _SECTION.format(url=url)
    if account and scheme(url) == "s3":
        text += _AWS.format(region=region, account=account, model=model)
    spec = root / "model.yaml"
    spec.write_text(f"{spec.read_text(encoding='utf-8').rstrip()}\n{text}", encoding="utf-8")
    if plugin(url):
        project = root / "pyproject.toml"
        wanted = f'dependencies = [\n  "{plugin(url)}", # what DVC needs for the storage'
        given = project.read_text(encoding="utf-8")
        project.write_text(given.replace("dependencies = [", wanted, 1), encoding="utf-8")


def in_settings(choices: Choices, repository: str) -> list[str]:
    """The section as the table that all models of a repository share has it; empty where a folder is the storage.

    Raises:
        Failure: see `add`.
    """
    if not is_remote(choices.remote):
        return []
    _refuse_odd(choices.remote, choices.account)
    lines = ["", "[tool.mlops-spec.storage] # `mlops-spec doctor --cloud FOLDER` writes what the cloud must be told"]
    lines.append(f"url = {toml.written(choices.remote)}")
    if choices.account and scheme(choices.remote) == "s3":
        role = f"arn:aws:iam::{choices.account}:role/{'-'.join(re.findall('[A-Za-z0-9]+', repository))}"
        lines.append(f"region = {toml.written(choices.region)}")
        lines.append(f"sign_in.aws = {toml.written({'read': f'{role}-read', 'write': f'{role}-write'})}")
        lines.append('pull_requests = "read" # | "sample" | "after-merge"')
    return lines


def plugin(url: str) -> str:
    """The requirement of what DVC needs for a storage; empty where it needs nothing."""
    extra = EXTRAS.get(scheme(url))
    return f"{PACKAGE}[{extra}]>=3.60" if extra else ""


def _refuse_odd(url: str, account: str) -> None:
    _refuse(Url, url, "--storage", "s3://bucket/path, gs://, azure://, ssh:// or https://, without password or key")
    if account and scheme(url) == "s3":
        _refuse(RoleArn, f"arn:aws:iam::{account}:role/x", "--account", "the twelve digits of an AWS account")


def _refuse(kind: Any, value: str, option: str, right: str) -> None:
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError:
        raise Failure(f"{option} can't be that", remedy=right) from None
