"""Refusals of a push, in GitHub's words: by rulesets, and of workflow files.

A push is looked at before git gets it, with its objects in a folder that is thrown away: it is declined as a whole, or
git takes it and checks what it always checks.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from functools import cached_property
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from mlops_spec.rehearse.hub.pack import Refusal
from mlops_spec.rehearse.hub.permissions import includes
from mlops_spec.rehearse.hub.rulesets import asked, passed, required_checks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlops_spec.rehearse.hub.pack import Command
    from mlops_spec.rehearse.hub.rulesets import Json
    from mlops_spec.rehearse.hub.state import Hub
    from mlops_spec.rehearse.hub.tokens import Credential

DECLINED = "push declined due to repository rule violations"
_WORKFLOWS = ".github/workflows"


def refusals(hub: Hub, credential: Credential, commands: list[Command], pack: bytes) -> list[Refusal]:
    """What is against these moves of references."""
    with _Objects(hub.origin.path, pack) as objects:
        rules = [refusal for each in commands if (refusal := _against_rules(hub, credential, each, objects))]
        if rules or _may_change_workflows(credential):
            return rules
        return [refusal for each in commands if (refusal := _against_workflows(each, objects))]


class _Objects:
    def __init__(self, path: Path, pack: bytes) -> None:
        self._path, self._pack = path, pack
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def git(self, *args: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        command = ["git", "-C", str(self._path), *args]
        return subprocess.run(command, env=self._environment, capture_output=True, check=check)

    @cached_property
    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        plain = {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
        if not self._pack:
            return plain
        self._folder = tempfile.TemporaryDirectory(prefix="mlops-push-")
        own = {
            "GIT_OBJECT_DIRECTORY": self._folder.name,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(self._path / "objects"),
        }
        command = ["git", "-C", str(self._path), "index-pack", "--stdin", "--fix-thin"]
        # of a broken pack git itself says what is wrong, when it gets the push
        subprocess.run(command, input=self._pack, env={**plain, **own}, capture_output=True, check=False)
        return {**plain, **own}

    def lines(self, *args: str) -> list[str]:
        return self.git(*args).stdout.decode(errors="replace").splitlines()

    def contains(self, new: str, old: str) -> bool:
        """Whether what the new value names comes after what the old one names."""
        return self.git("merge-base", "--is-ancestor", f"{old}^{{}}", f"{new}^{{}}", check=False).returncode == 0

    def workflows(self, commit: str) -> set[tuple[str, str]]:
        """Name and content of each workflow file of a commit; nothing where it is no commit, or has none."""
        listed = self.git("ls-tree", "-r", commit, "--", f"{_WORKFLOWS}/", check=False).stdout.decode()
        rows = (line.split(None, 3) for line in listed.splitlines())
        return {(path, blob) for _, _, blob, path in rows}

    def on_branches(self) -> set[tuple[str, str]]:
        """The workflow files at the branches' tips."""
        tips = self.lines("for-each-ref", "--format=%(objectname)", "refs/heads/")
        return {found for tip in set(tips) for found in self.workflows(tip)}


def _against_rules(hub: Hub, credential: Credential, command: Command, objects: _Objects) -> Refusal | None:
    found = asked(hub, command.ref, credential.person)
    violations = [said for rule in found if (said := _violation(rule, command, objects))]
    if not command.deletes:
        checks = required_checks(found)
        missing = [check for check in checks if passed(hub, check, command.new) != "success"]
        if len(missing) == 1:
            violations.append(f'Required status check "{missing[0].context}" is expected.')
        elif missing:
            violations.append(f"{len(missing)} of {len(checks)} required status checks are expected.")
    if not violations:
        return None
    rules = f"{hub.server_url}/{hub.repository}/rules?ref={quote(command.ref, safe='')}"
    head = (
        f"error: GH013: Repository rule violations found for {command.ref}.\nReview all repository rules at {rules}\n\n"
    )
    return Refusal(command.ref, DECLINED, head + "".join(f"- {said}\n\n" for said in violations))


def _violation(rule: Json, command: Command, objects: _Objects) -> str:
    what = "tag" if command.ref.startswith("refs/tags/") else "branch"
    moves = not command.creates and not command.deletes
    against: dict[str, tuple[Callable[[], bool], str]] = {
        "deletion": (lambda: command.deletes, f"Cannot delete this {what}"),
        "creation": (lambda: command.creates, "Cannot create ref due to creations being restricted."),
        "update": (lambda: moves, "Cannot update this protected ref."),
        "merge_queue": (lambda: not command.deletes, "Changes must be made through the merge queue"),
        "pull_request": (lambda: not command.deletes, "Changes must be made through a pull request."),
        "non_fast_forward": (
            lambda: moves and not objects.contains(command.new, command.old),
            f"Cannot force-push to this {what}",
        ),
        "required_linear_history": (
            lambda: moves and bool(objects.lines("rev-list", "--merges", f"{command.old}..{command.new}")),
            "This branch must not contain merge commits.",
        ),
    }
    violated, said = against.get(rule["type"], (lambda: False, ""))
    return said if violated() else ""


def _may_change_workflows(credential: Credential) -> bool:
    """A person may, and so may an App that is allowed to; no workflow can be given that."""
    return credential.permissions is None or includes(credential.permissions, "workflows: write")


def _against_workflows(command: Command, objects: _Objects) -> Refusal | None:
    """A file may be pushed that is on a branch already, by the same path and with the same content.

    https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps#available-scopes, `workflow`
    """
    if command.deletes:
        return None
    new = sorted(objects.workflows(command.new) - objects.on_branches())
    if not new:
        return None
    said = f"refusing to allow a GitHub App to create or update workflow `{new[0][0]}` without `workflows` permission"
    return Refusal(command.ref, said)
