"""The questions of `new`, and the defaults where nobody answers."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mlops_spec.engines.files import SETTINGS
from mlops_spec.engines.set_up import is_set_up
from mlops_spec.errors import Failure
from mlops_spec.git import Git
from mlops_spec.layout import MAIN_BRANCH
from mlops_spec.repository.listing import default_branch
from mlops_spec.start.new import starter
from mlops_spec.start.new.choices import Choices
from mlops_spec.start.new.starter import Names

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.start.new.spot import Spot


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
    kind, names = _model(given, directory.name, (), ask)
    store = _store(given, directory, ask)
    return _choices(kind, names, directory, store, branch=given.branch or _default_branch(directory.parent))


def choose_further(given: Given, spot: Spot, ask: Ask) -> Choices:
    """Settles what was left open of a model for a repository; what all its models share is not asked again.

    Raises:
        Failure: an answer can't be right, or an option is about what the repository has settled.
    """
    kind, names = _model(given, spot.folder.name, tuple(spot.shared.owners), ask)
    if spot.shared.storage or is_set_up(spot.root):
        _refuse_settled(given.remote, "--storage", f"{SETTINGS}, or `storage` in [tool.mlops-spec]")
        store = (spot.shared.storage.url if spot.shared.storage else "", "", "")
    else:
        store = _store(given, spot.root, ask)
    if spot.shared.model_fields_set:
        _refuse_settled(given.branch, "--branch", "`branch` in [tool.mlops-spec]")
    return _choices(kind, names, spot.path, store, branch=given.branch or _checked_out(spot.root))


def _model(given: Given, folder: str, owners: tuple[str, ...], ask: Ask) -> tuple[str, Names]:
    kind = given.starter or ask("Starter", starter.DEFAULT, starter.starters())
    name = given.name or ask("Name of the model", "-".join(re.findall("[a-z0-9]+", folder.lower())))
    usual = " ".join(owners or starter.own_names(kind).owners)
    who = given.owners or tuple(ask("Who answers for it (@user or @organization/team)", usual).split())
    return kind, starter.checked(Names(name, who))


def _store(given: Given, root: Path, ask: Ask) -> tuple[str, str, str]:
    remote = given.remote or ask("Where DVC keeps the data (URL or folder)", os.path.relpath(f"{root}-storage"))
    account, region = given.account or "", given.region or ""
    if remote.startswith("s3://"):
        account = account or ask("AWS account whose roles jobs take (twelve digits; empty: say it later)", "")
        region = region or (ask("Region of the bucket", "us-east-1") if account else "")
    return remote, account, region


def _choices(kind: str, names: Names, directory: Path, store: tuple[str, str, str], *, branch: str) -> Choices:
    remote, account, region = store
    return Choices(
        directory=directory,
        starter=kind,
        names=names,
        remote=remote,
        account=account,
        region=region,
        branch=starter.checked_branch(branch),
        python=f"{sys.version_info.major}.{sys.version_info.minor}",
    )


def _checked_out(root: Path) -> str:
    """The default branch of a repository; of one without a commit the branch that the first will be on."""
    git = Git(root)
    return default_branch(root) if git.resolve("HEAD") else git.text("symbolic-ref", "--short", "HEAD")


def _refuse_settled(option: str | None, name: str, place: str) -> None:
    if option:
        raise Failure(f"{name} is settled for all models of this repository", remedy=f"see {place}")
