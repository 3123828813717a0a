"""Controls of the rulesets of main, of the ledger's branch and of the version tags."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from mlops_spec import layout
from mlops_spec.place import tag_of
from mlops_spec.platforms.github.doctor.control import Call, Control, known
from mlops_spec.platforms.github.doctor.refs import Refs, bypassed, in_force, parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.platforms.github.doctor.expected import Expected
    from mlops_spec.platforms.github.doctor.snapshot import Snapshot

_SAID = {
    "deletion": "nobody deletes",
    "non_fast_forward": "nobody rewrites",
    "update": "nobody moves",
    "required_linear_history": "no merge commits on",
}
_REVIEWS = {
    "require_code_owner_review": ("code-owners", "a code owner approves"),
    "require_last_push_approval": ("last-push", "somebody else approves the last push"),
    "dismiss_stale_reviews_on_push": ("stale-reviews", "a push takes approvals back"),
    "required_review_thread_resolution": ("threads", "every conversation is resolved"),
}


def controls(expected: Expected) -> Iterator[Control]:
    versions = ("v1.0.0", "v12.34.56")
    tags = tuple(f"refs/tags/{tag_of(model, version)}" for model in expected.models for version in versions)
    branch = expected.branch
    for name, refs, called in (
        ("main", Refs("branch", (f"refs/heads/{branch}",)), branch),
        ("ledger", Refs("branch", (f"refs/heads/{layout.LEDGER_BRANCH}",)), "the ledger"),
        ("versions", Refs("tag", tags), "a version's tag"),
    ):
        yield from _Guard(name, refs, called, expected.rulesets[f"mlops-{name}"]).controls()


class _Guard:
    def __init__(self, name: str, refs: Refs, called: str, ruleset: dict[str, Any]) -> None:
        self.name, self.refs, self.called, self.ruleset = name, refs, called, ruleset
        file = f".github/rulesets/mlops-{name}.json"
        self.where = f"Settings → Rules → Rulesets → New ruleset → Import a ruleset: {file}"

    def controls(self) -> Iterator[Control]:
        for rule in self.ruleset["rules"]:
            if rule["type"] == "pull_request":
                yield from self._reviews(rule["parameters"])
            elif rule["type"] == "required_status_checks":
                yield from self._checks(rule["parameters"])
            elif rule["type"] == "merge_queue":
                must = f"pull requests to {self.called} merge one by one, through a queue that waits for its checks"
                yield self._control("merge-queue", must, partial(self._queue, rule["parameters"]))
            else:
                kind = rule["type"]
                yield self._control(kind.replace("_", "-"), f"{_SAID[kind]} {self.called}", partial(self._has, kind))
        yield self._control("bypass", f"nobody bypasses the rules for {self.called}", self._bypass)

    def _control(self, name: str, must: str, check: Callable[[Snapshot], str | None]) -> Control:
        return Control(f"{self.name}/{name}", must, self.where, check, self._fix)

    def _has(self, kind: str, snapshot: Snapshot) -> str | None:
        return None if parameters(snapshot, self.refs, kind) else f"no active ruleset has the rule `{kind}`"

    def _reviews(self, wanted: dict[str, Any]) -> Iterator[Control]:
        count = wanted["required_approving_review_count"]
        must = f"pull requests to {self.called} need {count} approvals"
        yield self._control("approvals", must, partial(self._approvals, count))
        for key, (name, says) in _REVIEWS.items():
            if wanted[key]:
                yield self._control(name, f"{says}, before a merge to {self.called}", partial(self._review, key))

    def _approvals(self, count: int, snapshot: Snapshot) -> str | None:
        asked = [each.get("required_approving_review_count", 0) for each in self._pull_request(snapshot)]
        if not asked:
            return "no active ruleset asks for a pull request"
        return None if max(asked) >= count else f"{max(asked)} approvals are asked for, not {count}"

    def _review(self, key: str, snapshot: Snapshot) -> str | None:
        met = any(each.get(key) for each in self._pull_request(snapshot))
        return None if met else f"no active ruleset sets `{key}`"

    def _pull_request(self, snapshot: Snapshot) -> list[dict[str, Any]]:
        return parameters(snapshot, self.refs, "pull_request")

    def _checks(self, wanted: dict[str, Any]) -> Iterator[Control]:
        for check in wanted["required_status_checks"]:
            name = check["context"].lower().replace(" ", "-")
            must = f"the check `{check['context']}` of GitHub Actions passes before a merge to {self.called}"
            yield self._control(f"check/{name}", must, partial(self._check, check))
        if wanted["strict_required_status_checks_policy"]:
            must = f"checks ran on what {self.called} will be"
            yield self._control("up-to-date", must, self._up_to_date)

    def _check(self, wanted: dict[str, Any], snapshot: Snapshot) -> str | None:
        rules = parameters(snapshot, self.refs, "required_status_checks")
        asked = [check for rule in rules for check in rule.get("required_status_checks", [])]
        found = [check for check in asked if check.get("context") == wanted["context"]]
        if not found:
            return f"no active ruleset requires `{wanted['context']}`"
        if not any(check.get("integration_id") == wanted["integration_id"] for check in found):
            return f"anybody who may write can set `{wanted['context']}`: it is not tied to the App GitHub Actions"
        return None

    def _up_to_date(self, snapshot: Snapshot) -> str | None:
        key = "strict_required_status_checks_policy"
        met = any(rule.get(key) for rule in parameters(snapshot, self.refs, "required_status_checks"))
        return None if met else f"no active ruleset sets `{key}`"

    def _queue(self, wanted: dict[str, Any], snapshot: Snapshot) -> str | None:
        """Entries that merge together come as one push, of which the last commit alone is trained and registered."""
        queues = parameters(snapshot, self.refs, "merge_queue")
        if not queues:
            return "no active ruleset has the rule `merge_queue`"
        exact = ("merge_method", "grouping_strategy", "max_entries_to_merge")
        said = [
            f"`{key}` is not {wanted[key]}" for key in exact if any(each.get(key) != wanted[key] for each in queues)
        ]
        patience = "check_response_timeout_minutes"
        if any(each.get(patience, 0) < wanted[patience] for each in queues):
            said.append(f"`{patience}` is below {wanted[patience]}")
        return "; ".join(said) or None

    def _bypass(self, snapshot: Snapshot) -> str | None:
        if not in_force(snapshot, self.refs):
            return "no active ruleset covers it"
        rules = bypassed(snapshot, self.refs)
        return f"somebody may bypass {', '.join(rules)}" if rules else None

    def _fix(self, snapshot: Snapshot) -> tuple[Call, ...]:
        """Replaces the ruleset of that name; one that a person made stays, as rulesets only add to each other."""
        for ruleset in known(snapshot.rulesets):
            if ruleset.name == self.ruleset["name"] and ruleset.source_type in (None, "Repository"):
                return (Call("PUT", f"rulesets/{ruleset.id}", self.ruleset),)
        return (Call("POST", "rulesets", self.ruleset),)
