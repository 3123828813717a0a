"""The questions of `new`, and the defaults where nobody answers."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mlops_spec.errors import Failure
from mlops_spec.git import Git
from mlops_spec.layout import MAIN_BRANCH
from mlops_spec.start.new import starter
from mlops_spec.start.new.create import Choices
from mlops_spec.start.new.starter import Names

if TYPE_CHECKING:
    from pathlib import Path


class Ask(Protocol):
    """Asks a question; an empty tuple of choices leaves the answer free."""

    def __call__(self, question: str, default: str, choices: tuple[str, ...] = ()) -> str: ...


@dataclass(frozen=True)
class Given:
    """What the command line said; None and the empty tuple are left open."""

    directory: Path
    starter: str | None = None
    name: str | None = None
    owners: tuple[str, ...] = ()
    remote: str | None = None
    branch: str | None = None
    account: str | None = None
    region: str | None = None


def take_default(question: str, default: str, choices: tuple[str, ...] = ()) -> str:  # noqa: ARG001 - an `Ask`
    """Answers each question with its default."""
    return default


def _default_branch(folder: Path) -> str:
    try:
        return Git(folder).text("config", "--get", "init.defaultBranch") or MAIN_BRANCH
    except Failure:
        return MAIN_BRANCH


def choose(given: Given, ask: Ask) -> Choices:
    """Settles by `ask` what was left open.

    Raises:
        Failure: an answer can't be right.
    """
    directory = given.directory.absolute()
    kind = given.starter or ask("Starter", starter.DEFAULT, starter.starters())
    name = given.name or ask("Name of the model", "-".join(re.findall("[a-z0-9]+", directory.name.lower())))
    owners = given.owners or tuple(
        ask("Who answers for it (@user or @organization/team)", " ".join(starter.own_names(kind).owners)).split()
    )
    remote = given.remote or ask("Where DVC keeps the data (URL or folder)", os.path.relpath(f"{directory}-storage"))
    account, region = given.account or "", given.region or ""
    if remote.startswith("s3://"):
        account = account or ask("AWS account whose roles jobs take (twelve digits; empty: say it later)", "")
        region = region or (ask("Region of the bucket", "us-east-1") if account else "")
    return Choices(
        directory=directory,
        starter=kind,
        names=starter.checked(Names(name, owners)),
        remote=remote,
        account=account,
        region=region,
        branch=starter.checked_branch(given.branch or _default_branch(directory.parent)),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
    )
