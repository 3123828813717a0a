"""Events as GitHub sends them to workflows: who did what, on which commit, and what it changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from mlops_spec.git import EMPTY_TREE
from mlops_spec.rehearse.hub.accounts import user
from mlops_spec.rehearse.hub.merging import refresh
from mlops_spec.rehearse.hub.pull_shapes import full_shape
from mlops_spec.rehearse.hub.queue import QUEUE
from mlops_spec.rehearse.hub.repository import repository
from mlops_spec.rehearse.hub.workflow_files import WORKFLOWS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.rehearse.hub.people import Person
    from mlops_spec.rehearse.hub.queue import Entry
    from mlops_spec.rehearse.hub.state import Hub, Pull

_NOTHING = "0" * 40  # where a new branch comes from
Name = Literal["pull_request", "merge_group", "push", "schedule", "workflow_dispatch"]


@dataclass(frozen=True)
class Event:
    """One event: `commit` is what its workflows run on, `branch` what their filters compare."""

    name: Name
    payload: dict[str, Any]
    commit: str
    branch: str
    actor: str
    action: str = ""
    changed: tuple[str, ...] = ()
    head: str | None = None  # the commit that shows the result; None: `commit`

    @property
    def ref(self) -> str:
        """The branch, the queue's branch, or the merge of the pull request, that its workflows run on."""
        if self.name == "merge_group":
            return str(self.payload["merge_group"]["head_ref"])
        return f"refs/pull/{self.payload['number']}/merge" if self._pull else f"refs/heads/{self.branch}"

    @property
    def head_ref(self) -> str:
        """A pull request's branch; empty for anything else."""
        return str(self._pull["head"]["ref"]) if self._pull else ""

    @property
    def base_ref(self) -> str:
        """The branch that a pull request goes into; empty for anything else."""
        return str(self._pull["base"]["ref"]) if self._pull else ""

    @property
    def untrusted(self) -> bool:
        """Whether its code comes from a fork or from Dependabot, whose runs get a token that only reads."""
        foreign = self._pull and self._pull["head"]["repo"]["full_name"] != self.payload["repository"]["full_name"]
        return bool(foreign) or (self.name in ("pull_request", "push") and self.actor == "dependabot[bot]")

    @property
    def _pull(self) -> dict[str, Any]:
        return self.payload.get("pull_request", {}) if self.name == "pull_request" else {}


def pull_request(hub: Hub, pull: Pull, by: Person, api: str) -> Event:
    """A pull request was opened."""
    refresh(hub, pull)
    payload = {
        "action": "opened",
        "number": pull.number,
        "pull_request": full_shape(hub, pull, api),
        **_shared(hub, by, api),
    }
    base = hub.origin.git.text("merge-base", pull.base_sha, pull.head_sha)
    return Event(
        "pull_request",
        payload,
        commit=pull.merge_sha or pull.head_sha,
        branch=pull.base,
        actor=by.login,
        action="opened",
        changed=tuple(hub.origin.changed(base, pull.head_sha)),
        head=pull.head_sha,
    )


def merge_group(hub: Hub, entry: Entry, base: str, api: str) -> Event:
    """The merge queue asks for the checks of an entry that goes into the branch `base`."""
    group = {
        "head_sha": entry.head,
        "head_ref": entry.ref,
        "base_sha": entry.base,
        "base_ref": f"refs/heads/{base}",
        "head_commit": _commit(hub, entry.head),
    }
    payload = {"action": "checks_requested", "merge_group": group, **_shared(hub, QUEUE, api)}
    return Event("merge_group", payload, commit=entry.head, branch=base, actor=QUEUE.login, action="checks_requested")


def push(hub: Hub, before: str | None, by: Person, api: str, *, branch: str = "") -> Event:
    """A branch (the default one where none is named) moved from `before` to where it is now; None: it is new."""
    branch = branch or hub.settings.default_branch
    after = hub.origin.branch(branch)
    assert after is not None, f"no branch {branch}"
    payload = {
        "ref": f"refs/heads/{branch}",
        "before": before or _NOTHING,
        "after": after,
        "created": before is None,
        "deleted": False,
        "forced": False,
        "base_ref": None,
        "commits": [_commit(hub, sha) for sha in (hub.origin.commits(before, after) if before else [after])],
        "head_commit": _commit(hub, after),
        "pusher": {"name": by.login, "email": f"{by.id}+{by.login}@users.noreply.github.com"},
        **_shared(hub, by, api),
    }
    changed = tuple(hub.origin.changed(before or EMPTY_TREE, after))
    return Event("push", payload, commit=after, branch=branch, actor=by.login, changed=changed)


def schedule(hub: Hub, cron: str, by: Person, api: str) -> Event:
    """The time of a workflow's `schedule` has come; it runs on the newest commit of main."""
    branch = hub.settings.default_branch
    commit = hub.origin.branch(branch)
    assert commit is not None, f"no branch {branch}"
    return Event("schedule", {"schedule": cron, **_shared(hub, by, api)}, commit=commit, branch=branch, actor=by.login)


def workflow_dispatch(hub: Hub, workflow: str, inputs: Mapping[str, str], by: Person, api: str) -> Event:
    """Somebody started the workflow file of this name by hand, as main has it."""
    branch = hub.settings.default_branch
    commit = hub.origin.branch(branch)
    assert commit is not None, f"no branch {branch}"
    started = {"inputs": dict(inputs), "ref": f"refs/heads/{branch}", "workflow": str(WORKFLOWS / workflow)}
    payload = {**started, **_shared(hub, by, api)}
    return Event("workflow_dispatch", payload, commit=commit, branch=branch, actor=by.login)


def _shared(hub: Hub, by: Person, api: str) -> dict[str, Any]:
    return {"repository": repository(hub, api), "sender": user(by, api)}


def _commit(hub: Hub, sha: str) -> dict[str, Any]:
    about = hub.origin.describe(sha)
    first = next(iter(about["parents"].split()), None)
    return {
        "id": sha,
        "tree_id": about["tree"],
        "message": about["message"],
        "timestamp": about["date"],
        "author": {"name": about["author"], "email": about["author_email"]},
        "committer": {"name": about["name"], "email": about["email"]},
        "url": f"{hub.server_url}/{hub.repository}/commit/{sha}",
        **_files(hub, first, sha),
    }


def _files(hub: Hub, before: str | None, sha: str) -> dict[str, list[str]]:
    names = {"A": "added", "D": "removed", "M": "modified", "T": "modified"}
    found: dict[str, list[str]] = {name: [] for name in names.values()}
    if before:
        rows = hub.origin.git.text("diff", "--no-renames", "--name-status", before, sha).splitlines()
        for kind, path in (row.split("\t") for row in rows):
            found[names[kind]].append(path)
    return found
