"""Controls of what GitHub Actions may do in the repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.platforms.github.doctor.app import has_app
from mlops_spec.platforms.github.doctor.control import Call, Control, known

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mlops_spec.platforms.github.doctor.expected import Expected
    from mlops_spec.platforms.github.doctor.snapshot import Snapshot

_WHERE = "Settings → Actions → General"
_POLICY = {"enabled": True, "allowed_actions": "selected", "sha_pinning_required": True}
_EVERYBODY = "all_external_contributors"
_GITHUBS = ("actions/", "github/")


def controls(expected: Expected) -> Iterator[Control]:
    guard = _Guard(expected)
    where = f"{_WHERE} → Actions permissions"
    yield Control("actions/enabled", "GitHub Actions runs", where, _enabled, guard.policy)
    yield Control("actions/allowed", "no other actions run than chosen ones", where, guard.allowed, guard.policy)
    yield Control("actions/used", "the actions that workflows use may run", where, guard.used, guard.policy)
    yield Control("actions/pinned", "actions are named by a commit's full SHA", where, _pinned, guard.policy)
    where = f"{_WHERE} → Workflow permissions"
    must = "GITHUB_TOKEN may only read where a workflow says nothing"
    yield Control("actions/token", must, where, _token, guard.tokens)
    must = "workflows can open pull requests as far as they must, and no further"
    yield Control("actions/pull-requests", must, where, guard.pull_requests, guard.tokens)
    must = "somebody lets the workflows of outside contributors run"
    yield Control("actions/forks", must, f"{_WHERE} → Fork pull request workflows", _forks, _close_forks)


class _Guard:
    def __init__(self, expected: Expected) -> None:
        self.expected = expected

    def allowed(self, snapshot: Snapshot) -> str | None:
        if known(snapshot.actions).allowed_actions == "all":
            return "every action of every author may run"
        selected = known(snapshot.selected_actions)
        if selected is not None and selected.verified_allowed:
            return "every action of a verified author may run"
        return None

    def used(self, snapshot: Snapshot) -> str | None:
        policy, selected = known(snapshot.actions), known(snapshot.selected_actions)
        if policy.allowed_actions == "local_only":
            return "only the repository's own actions may run"
        if selected is None:
            return None
        missing = [name for name in self.expected.actions if not _may_run(name, selected.patterns_allowed)]
        if selected.github_owned_allowed:
            missing = [name for name in missing if not name.startswith(_GITHUBS)]
        return f"{', '.join(missing)} may not run" if missing and not selected.verified_allowed else None

    def pull_requests(self, snapshot: Snapshot) -> str | None:
        """One setting lets workflows open pull requests and approve them; a GitHub App makes it needless."""
        may = known(snapshot.token).can_approve_pull_request_reviews
        needed = self._needed(snapshot)
        if needed and not may:
            without = listed([place for place in self.expected.openers if not has_app(place, snapshot)])
            return f"no GitHub App is configured in {without}, and GITHUB_TOKEN can't open pull requests"
        return (
            "GITHUB_TOKEN may approve pull requests, and nothing needs it to open any" if may and not needed else None
        )

    def policy(self, snapshot: Snapshot) -> Sequence[Call]:  # noqa: ARG002
        patterns = [f"{name}@*" for name in self.expected.actions if not name.startswith(_GITHUBS)]
        selected = {"github_owned_allowed": True, "verified_allowed": False, "patterns_allowed": patterns}
        calls = {"actions/permissions": _POLICY, "actions/permissions/selected-actions": selected}
        return tuple(Call("PUT", path, body) for path, body in calls.items())

    def tokens(self, snapshot: Snapshot) -> Sequence[Call]:
        needed = self._needed(snapshot)
        body = {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": needed}
        return (Call("PUT", "actions/permissions/workflow", body),)

    def _needed(self, snapshot: Snapshot) -> bool:
        return self.expected.opens and not all(has_app(place, snapshot) for place in self.expected.openers)


def _enabled(snapshot: Snapshot) -> str | None:
    return None if known(snapshot.actions).enabled else "it is switched off"


def _pinned(snapshot: Snapshot) -> str | None:
    return None if known(snapshot.actions).sha_pinning_required else "a tag, which can be moved, is enough"


def _token(snapshot: Snapshot) -> str | None:
    return None if known(snapshot.token).default_workflow_permissions == "read" else "it may write"


def _forks(snapshot: Snapshot) -> str | None:
    policy = known(snapshot.outside_contributors)
    if policy is not None:
        return None if policy == _EVERYBODY else f"only for some of them: {policy}"
    forks = known(snapshot.private_forks)
    if forks is None or not forks.run_workflows_from_fork_pull_requests:
        return None
    if forks.send_write_tokens_to_workflows or forks.send_secrets_and_variables:
        return "pull requests of forks get a token that writes, or secrets"
    return None if forks.require_approval_for_fork_pr_workflows else "workflows of forks run at once"


def _close_forks(snapshot: Snapshot) -> Sequence[Call]:
    path = "actions/permissions/fork-pr-contributor-approval"
    if not snapshot.repository.private:
        return (Call("PUT", path, {"approval_policy": _EVERYBODY}),)
    names = (
        "run_workflows_from_fork_pull_requests",
        "send_write_tokens_to_workflows",
        "send_secrets_and_variables",
        "require_approval_for_fork_pr_workflows",
    )
    return (Call("PUT", "actions/permissions/fork-pr-workflows-private-repos", dict.fromkeys(names, False)),)


def _may_run(action: str, patterns: Sequence[str]) -> bool:
    owner = action.partition("/")[0]
    allowed = {f"{action}@*", f"{action}*", f"{owner}/*", "*"}
    return any(pattern in allowed or pattern.startswith(f"{action}@") for pattern in patterns)
