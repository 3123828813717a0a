"""Controls of the environments that jobs name: their branches and their reviewers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.platforms.github.api.settings import account_id
from mlops_spec.platforms.github.api.trouble import Refusal
from mlops_spec.platforms.github.doctor.control import Call, Control, Unenforceable, known
from mlops_spec.platforms.github.doctor.expected import TRIAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.platforms.github.api.setting_shapes import Environment, Protection, RefPolicy, Reviewer
    from mlops_spec.platforms.github.doctor.expected import Expected, Place
    from mlops_spec.platforms.github.doctor.snapshot import Snapshot

_MOST_REVIEWERS = 6
_MERGES = "refs/pull/*/merge"
_BRANCHES = {"protected_branches": False, "custom_branch_policies": True}


def controls(expected: Expected) -> Iterator[Control]:
    for place in expected.places:
        yield from _Guard(place, expected.branch).controls()


class _Guard:
    def __init__(self, place: Place, main: str) -> None:
        self.place, self.main = place, main
        self.where = f"Settings → Environments → {place.name}"

    def controls(self) -> Iterator[Control]:
        name = self.place.name
        if self.place.pull_requests:
            yield self._control("pull-requests", f"pull requests get into {name}", "_entered")
            return
        yield self._control("branches", f"only {self.main} deploys to {name}", "_branches")
        if self.place.reviewed:
            yield self._control("reviewers", f"one of the approvers lets jobs into {name}", "_reviewers")
            yield self._control("self-review", f"nobody lets their own job into {name}", "_self_review")
            must = f"administrators don't bypass the protection of {name}"
            where = f"{self.where} → Allow administrators to bypass configured protection rules"
            yield Control(f"environment/{name}/bypass", must, where, self._bypass)

    def _control(self, name: str, must: str, check: str) -> Control:
        return Control(f"environment/{self.place.name}/{name}", must, self.where, getattr(self, check), self._fix)

    def _found(self, snapshot: Snapshot) -> Environment | None:
        return known(snapshot.places[self.place.name].environment)

    def _branches(self, snapshot: Snapshot) -> str | None:
        found = self._found(snapshot)
        if found is None:
            return "there is no such environment: the first job that names it makes one without any protection"
        if found.deployment_branch_policy is None or not found.deployment_branch_policy.custom_branch_policies:
            return f"it names no branch; only {self.main} must be able to deploy"
        policies = known(snapshot.places[self.place.name].policies)
        others = sorted(f"{each.type} {each.name}" for each in policies if not self._is_main(each))
        if others:
            return f"{', '.join(others)} may deploy too"
        return None if policies else "nothing may deploy"

    def _entered(self, snapshot: Snapshot) -> str | None:
        """A pull request runs on `refs/pull/N/merge`, which no branch's name fits."""
        found = self._found(snapshot)
        if found is None:
            return "there is no such environment: nobody has put into it what its jobs read with"
        policies = known(snapshot.places[self.place.name].policies)
        open_ = found.deployment_branch_policy is None or any(each.name == _MERGES for each in policies)
        return None if open_ else "it lets in branches that are named, and so no pull request"

    def _reviewers(self, snapshot: Snapshot) -> str | None:
        rule = self._reviewing(snapshot)
        if rule is None or not rule.reviewers:
            return self._without(snapshot, "it asks for no reviewer")
        allowed = {name.removeprefix("@").lower() for name in self.place.approvers}
        given = [_name(each.reviewer, snapshot.owner.login) for each in rule.reviewers]
        others = sorted(name for name in given if name.lower() not in allowed)
        return f"the spec does not name {', '.join(others)} as an approver" if others else None

    def _self_review(self, snapshot: Snapshot) -> str | None:
        rule = self._reviewing(snapshot)
        if rule is not None and rule.prevent_self_review:
            return None
        return self._without(snapshot, "whoever started a job may let it in")

    def _without(self, snapshot: Snapshot, wrong: str) -> str:
        if snapshot.repository.private:
            instead = "mlops-spec itself counts the approvals of the promotion's pull request before it deploys"
            if self.place.name == TRIAL:
                instead = "whoever may write to the repository lets code in by starting mlops-try"
            raise Unenforceable(f"{wrong}; on private repositories only GitHub Enterprise offers reviewers. {instead}")
        return wrong

    def _bypass(self, snapshot: Snapshot) -> str | None:
        found = self._found(snapshot)
        if found is None or found.can_admins_bypass:
            return "administrators may let a job in past the reviewers"
        if found.can_admins_bypass is None:
            message = "the forge does not say whether administrators may bypass it"
            raise Refusal(message, status=404, said=message, remedy=f"look at {self.where}")
        return None

    def _reviewing(self, snapshot: Snapshot) -> Protection | None:
        found = self._found(snapshot)
        rules = found.protection_rules if found else []
        return next((rule for rule in rules if rule.type == "required_reviewers"), None)

    def _fix(self, snapshot: Snapshot) -> tuple[Call, ...]:
        """Sets the environment as a whole, as the API has it: a timer and fitting reviewers stay."""
        path = f"environments/{self.place.name}"
        rules = found.protection_rules if (found := self._found(snapshot)) else []
        timer = next((rule.wait_timer for rule in rules if rule.type == "wait_timer"), 0)
        limit = None if self.place.pull_requests else _BRANCHES
        body: dict[str, Any] = {"deployment_branch_policy": limit} | ({"wait_timer": timer} if timer else {})
        rule = self._reviewing(snapshot)
        if self.place.reviewed and not snapshot.repository.private:
            body |= {"reviewers": list(self._people(snapshot)), "prevent_self_review": True}
        elif rule is not None:
            kept = [{"type": each.type, "id": each.reviewer.id} for each in rule.reviewers]
            body |= {"reviewers": kept, "prevent_self_review": bool(rule.prevent_self_review)}
        calls = [Call("PUT", path, body)]
        if self.place.pull_requests:
            return (*calls,)
        policies = known(snapshot.places[self.place.name].policies)
        path = f"{path}/deployment-branch-policies"
        if not any(map(self._is_main, policies)):
            calls.append(Call("POST", path, {"name": self.main, "type": "branch"}))
        return (*calls, *(Call("DELETE", f"{path}/{each.id}") for each in policies if not self._is_main(each)))

    def _is_main(self, policy: RefPolicy) -> bool:
        return (policy.type, policy.name) == ("branch", self.main)

    def _people(self, snapshot: Snapshot) -> Iterator[dict[str, Any]]:
        for name in self.place.approvers[:_MOST_REVIEWERS]:
            login = name.removeprefix("@")
            yield {"type": "Team" if "/" in login else "User", "id": account_id(snapshot.github, login)}


def _name(reviewer: Reviewer, organization: str) -> str:
    return reviewer.login or f"{organization}/{reviewer.slug}"
