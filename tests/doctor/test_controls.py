"""Each setting that is missing alone is found; where all are right, nothing is."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from .conftest import SPEC, wanted_by

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Clinic

APP, KEY = "MLOPS_APP_CLIENT_ID", "MLOPS_APP_KEY"


def test_a_right_set_up_has_no_finding(clinic: Clinic) -> None:
    assert clinic.wrong() == {}
    assert len(clinic.results()) >= 30


def test_a_new_repository_lacks_nearly_all(fresh: Clinic) -> None:
    met = {name for name, result in fresh.results().items() if result.verdict == "met"}

    assert met == {
        "repository/main",
        "repository/merging",
        "repository/owners",
        "actions/enabled",
        "actions/used",
        "app/key/promotion-bot",
        "app/key/monitoring",
        "secrets/repository",
    }


def ruleset(name: str) -> Callable[[Clinic], dict[str, Any]]:
    def find(clinic: Clinic) -> dict[str, Any]:
        (found,) = [each for each in clinic.settings.rulesets.values() if name in each["name"]]
        return found

    return find


MAIN, LEDGER, VERSIONS = ruleset("main changes"), ruleset("ledger"), ruleset("version")


def without(find: Callable[[Clinic], dict[str, Any]], kind: str) -> Callable[[Clinic], None]:
    def change(clinic: Clinic) -> None:
        found = find(clinic)
        kept = [rule for rule in found["rules"] if rule["type"] != kind]
        assert len(kept) == len(found["rules"]) - 1
        found["rules"] = kept

    return change


def parameter(kind: str, name: str, value: Any) -> Callable[[Clinic], None]:
    def change(clinic: Clinic) -> None:
        (rule,) = [rule for rule in MAIN(clinic)["rules"] if rule["type"] == kind]
        assert rule["parameters"][name] != value
        rule["parameters"][name] = value

    return change


def bypass(find: Callable[[Clinic], dict[str, Any]]) -> Callable[[Clinic], None]:
    def change(clinic: Clinic) -> None:
        find(clinic)["bypass_actors"] = [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]

    return change


def action(part: str, **values: Any) -> Callable[[Clinic], None]:
    return lambda clinic: clinic.settings.actions[part].update(values)


def place(name: str, **values: Any) -> Callable[[Clinic], None]:
    return lambda clinic: clinic.settings.environments[name].update(values)


LINT, TRAIN = ({"context": name, "integration_id": 15368} for name in ("Lint and plan", "Train and gate"))
CHECKS = "required_status_checks"
TAG = [{"id": 1, "name": "main", "type": "branch"}, {"id": 2, "name": "v*", "type": "tag"}]
ALONE: dict[str, Callable[[Clinic], Any]] = {
    "repository/merging": lambda c: c.settings.merging.update(allow_squash_merge=False, allow_rebase_merge=False),
    "repository/owners": lambda c: c.settings.owners_errors.append(
        {"line": 4, "column": 3, "kind": "Unknown owner", "message": "?", "path": ".github/CODEOWNERS"}
    ),
    "repository/releases": lambda c: setattr(c.settings, "immutable", False),
    "main/deletion": without(MAIN, "deletion"),
    "main/non-fast-forward": without(MAIN, "non_fast_forward"),
    "main/required-linear-history": without(MAIN, "required_linear_history"),
    "main/approvals": parameter("pull_request", "required_approving_review_count", 1),
    "main/code-owners": parameter("pull_request", "require_code_owner_review", False),
    "main/last-push": parameter("pull_request", "require_last_push_approval", False),
    "main/stale-reviews": parameter("pull_request", "dismiss_stale_reviews_on_push", False),
    "main/threads": parameter("pull_request", "required_review_thread_resolution", False),
    "main/check/lint-and-plan": parameter(CHECKS, CHECKS, [TRAIN]),
    "main/check/train-and-gate": parameter(CHECKS, CHECKS, [LINT, {"context": "Train and gate"}]),
    "main/up-to-date": parameter(CHECKS, "strict_required_status_checks_policy", False),
    "main/bypass": bypass(MAIN),
    "ledger/deletion": without(LEDGER, "deletion"),
    "ledger/non-fast-forward": without(LEDGER, "non_fast_forward"),
    "ledger/bypass": bypass(LEDGER),
    "versions/deletion": without(VERSIONS, "deletion"),
    "versions/non-fast-forward": without(VERSIONS, "non_fast_forward"),
    "versions/update": without(VERSIONS, "update"),
    "versions/bypass": bypass(VERSIONS),
    "actions/enabled": action("permissions", enabled=False),
    "actions/allowed": action("permissions", allowed_actions="all"),
    "actions/used": action("selected-actions", patterns_allowed=[]),
    "actions/pinned": action("permissions", sha_pinning_required=False),
    "actions/token": action("workflow", default_workflow_permissions="write"),
    "actions/pull-requests": action("workflow", can_approve_pull_request_reviews=False),
    "actions/forks": action("fork-pr-contributor-approval", approval_policy="first_time_contributors"),
    "environment/training/branches": place("training", branches=None),
    "environment/staging/branches": place(
        "staging", branches={"protected_branches": True, "custom_branch_policies": False}
    ),
    "environment/promotion-bot/branches": place("promotion-bot", policies=[]),
    "environment/monitoring/branches": lambda c: c.settings.environments.pop("monitoring"),
    "environment/production/branches": place("production", policies=TAG),
    "environment/production/reviewers": place("production", reviewers=[{"type": "User", "id": 104}]),
    "environment/production/self-review": place("production", prevent_self_review=False),
    "environment/production/bypass": place("production", can_admins_bypass=True),
    "app/key/promotion-bot": lambda c: c.settings.variables.update({"promotion-bot": {APP: "x"}}),
    "app/key/monitoring": lambda c: c.settings.variables.update({"monitoring": {APP: "x"}}),
    "secrets/repository": lambda c: c.settings.secrets.update({"": {"CODECOV": "x", "AWS_SECRET_ACCESS_KEY": "x"}}),
}


@pytest.mark.parametrize("name", ALONE)
def test_what_is_missing_alone_is_found_alone(clinic: Clinic, name: str) -> None:
    ALONE[name](clinic)

    found = clinic.results()
    assert {each: result.verdict for each, result in found.items() if result.verdict != "met"} == {name: "missing"}
    assert found[name].why
    assert found[name].remedy


def test_every_control_but_the_default_branch_was_missing_once(clinic: Clinic) -> None:
    """That one moves what other controls look at."""
    assert clinic.results().keys() - ALONE.keys() == {"repository/main"}
    clinic.settings.default_branch = "trunk"
    assert clinic.wrong() == {"repository/main": "missing"}


BY_HAND = {
    *("repository/owners", "environment/production/bypass", "secrets/repository"),
    *("app/key/promotion-bot", "app/key/monitoring"),
}


@pytest.mark.parametrize("name", sorted(ALONE.keys() - BY_HAND))
def test_the_calls_put_it_right(clinic: Clinic, name: str) -> None:
    ALONE[name](clinic)
    clinic.heal()

    assert clinic.wrong() == {}


@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_what_only_a_person_can_put_right_gets_no_call(clinic: Clinic, name: str) -> None:
    ALONE[name](clinic)
    before = deepcopy(clinic.settings)
    clinic.heal()

    assert clinic.settings == before


def test_a_tag_called_main_is_not_main(clinic: Clinic) -> None:
    clinic.settings.environments["staging"]["policies"].append({"id": 2, "name": "main", "type": "tag"})

    assert clinic.wrong() == {"environment/staging/branches": "missing"}
    clinic.heal()
    assert clinic.wrong() == {}


@pytest.mark.parametrize("find", [MAIN, LEDGER, VERSIONS])
@pytest.mark.parametrize("enforcement", ["disabled", "evaluate"])
def test_a_ruleset_that_is_not_active_counts_for_nothing(
    clinic: Clinic, find: Callable[[Clinic], dict[str, Any]], enforcement: str
) -> None:
    find(clinic)["enforcement"] = enforcement

    assert len(clinic.wrong()) >= 2
    clinic.heal()
    assert clinic.wrong() == {}
    assert len(clinic.settings.rulesets) == 3


@pytest.mark.parametrize(
    ("include", "exclude", "met"),
    [
        (["~ALL"], [], True),
        (["~DEFAULT_BRANCH"], [], True),
        (["refs/heads/*"], [], True),
        (["refs/heads/ma?n"], [], True),
        (["refs/**/main", "refs/heads/release"], [], True),
        (["refs/*"], [], False),
        (["refs/heads/mai"], [], False),
        (["~ALL"], ["refs/heads/main"], False),
        (["~ALL"], ["refs/heads/m*"], False),
        ([], [], False),
    ],
)
def test_a_ruleset_counts_where_its_patterns_cover(
    clinic: Clinic, include: list[str], exclude: list[str], met: bool
) -> None:
    MAIN(clinic)["conditions"] = {"ref_name": {"include": include, "exclude": exclude}}

    assert (clinic.wrong() == {}) is met


def test_tags_are_guarded_only_where_all_versions_are(clinic: Clinic) -> None:
    VERSIONS(clinic)["conditions"]["ref_name"]["include"] = ["refs/tags/churn@v1.*"]

    missing = {"versions/deletion", "versions/non-fast-forward", "versions/update", "versions/bypass"}
    assert set(clinic.wrong()) == missing


def test_another_ruleset_without_exceptions_makes_a_bypass_harmless(clinic: Clinic) -> None:
    clinic.settings.rulesets[99] = {**LEDGER(clinic), "name": "The organization's"}
    (own,) = [each for each in clinic.settings.rulesets.values() if "ledger" in each["name"]]
    own["bypass_actors"] = [{"actor_id": 5, "actor_type": "RepositoryRole", "bypass_mode": "always"}]

    assert clinic.wrong() == {}


@pytest.mark.parametrize("monitor", ["monitor: {}", "monitor: {on_alert: {open: pull-request}}"])
def test_with_an_app_workflows_need_not_open_pull_requests(clinic: Clinic, monitor: str) -> None:
    clinic.wanted = wanted_by(SPEC.replace("monitor: {}", monitor))
    clinic.settings.variables[""] = {APP: "x"}
    clinic.settings.secrets.update({"promotion-bot": {KEY: "x"}, "monitoring": {KEY: "x"}})

    assert clinic.wrong() == {"actions/pull-requests": "missing"}
    clinic.heal()
    assert clinic.wrong() == {}
    assert clinic.settings.actions["workflow"]["can_approve_pull_request_reviews"] is False


def test_an_app_that_only_promotes_leaves_the_monitor_to_its_own_token(clinic: Clinic) -> None:
    clinic.settings.variables["promotion-bot"] = {APP: "x"}
    clinic.settings.secrets["promotion-bot"] = {KEY: "x"}

    assert clinic.wrong() == {}
    clinic.settings.actions["workflow"]["can_approve_pull_request_reviews"] = False
    assert "no GitHub App is configured in `monitoring`," in clinic.results()["actions/pull-requests"].why


def test_a_variable_of_the_repository_asks_for_the_key_in_each_environment(clinic: Clinic) -> None:
    """The job that has the variable and no key ends as failed, each time."""
    clinic.settings.variables[""] = {APP: "x"}
    clinic.settings.secrets["promotion-bot"] = {KEY: "x"}

    assert clinic.wrong() == {"actions/pull-requests": "missing", "app/key/monitoring": "missing"}


def test_an_alert_that_opens_a_pull_request_needs_a_way_to_open_it_without_any_promotion(clinic: Clinic) -> None:
    promoted = '  production: {after: staging, promote: {approvals: 2, approvers: ["@bob", "@carol"]}}\n'
    clinic.wanted = wanted_by(
        SPEC.replace(promoted, "").replace("monitor: {}", "monitor: {on_alert: {open: pull-request}}")
    )
    clinic.settings.variables["monitoring"] = {APP: "x"}

    assert clinic.wrong()["app/key/monitoring"] == "missing"


def test_a_private_repository_is_told_what_its_plan_does_not_offer(clinic: Clinic) -> None:
    clinic.settings.private = True
    clinic.settings.environments["production"] |= {"reviewers": [], "prevent_self_review": False}

    found = clinic.results()
    assert clinic.wrong() == {
        "environment/production/reviewers": "unenforceable",
        "environment/production/self-review": "unenforceable",
    }
    assert "only GitHub Enterprise offers reviewers" in found["environment/production/reviewers"].why


@pytest.mark.parametrize(
    ("name", "met"),
    [
        ("run_workflows_from_fork_pull_requests", False),
        ("send_write_tokens_to_workflows", True),
        ("send_secrets_and_variables", True),
    ],
)
def test_forks_of_a_private_repository(clinic: Clinic, name: str, met: bool) -> None:
    clinic.settings.private = True
    clinic.settings.actions["fork-pr-workflows-private-repos"][name] = True

    assert (clinic.wrong() == {}) is met
    clinic.heal()
    assert clinic.wrong() == {}


def test_rulesets_that_the_plan_does_not_offer_are_said_so(clinic: Clinic) -> None:
    message = "Upgrade to GitHub Pro or make this repository public to enable this feature."
    clinic.settings.refusals["rulesets"] = (403, message)

    found = clinic.wrong()
    assert set(found.values()) == {"unenforceable"}
    assert {name.partition("/")[0] for name in found} == {"main", "ledger", "versions"}
    assert message in clinic.results()["main/deletion"].why


def test_what_the_token_may_not_see_is_unknown_and_never_met(clinic: Clinic) -> None:
    seen = clinic.wrong("alice")

    assert set(seen.values()) == {"unknown"}
    assert {"actions/pinned", "actions/token", "main/bypass", "secrets/repository", "app/key/monitoring"} < seen.keys()
    assert "main/approvals" not in seen
    assert "administration" in clinic.results("alice")["main/bypass"].remedy


def test_environments_without_promotion_need_no_app(clinic: Clinic) -> None:
    clinic.wanted = wanted_by(
        SPEC.replace('  production: {after: staging, promote: {approvals: 2, approvers: ["@bob", "@carol"]}}\n', "")
    )

    assert not {
        name
        for name in clinic.results()
        if "promotion-bot" in name or "production" in name or name.startswith("app/key")
    }


def test_the_app_reads_teams_where_the_jobs_run(clinic: Clinic) -> None:
    """The job that plans runs in promotion-bot, the one that asks in the environment itself: each needs the key."""
    clinic.wanted = wanted_by(SPEC.replace('approvers: ["@bob", "@carol"]', 'approvers: ["@acme/risk"]'))
    clinic.hub.teams = {"acme/risk": ("bob", "carol")}
    asked = {f"app/teams/{place}" for place in ("promotion-bot", "production")}

    def missing() -> dict[str, str]:
        found = clinic.results()
        return {name: found[name].why for name in asked if found[name].verdict != "met"}

    assert set(missing()) == asked
    assert all("no variable MLOPS_APP_CLIENT_ID names an App" in why for why in missing().values())
    clinic.settings.variables[""] = {APP: "x"}
    clinic.settings.secrets["promotion-bot"] = {KEY: "x"}
    assert missing() == {
        "app/teams/production": "approvers are teams, but the environment production has no secret MLOPS_APP_KEY"
    }
    clinic.settings.secrets["production"] = {KEY: "x"}
    assert missing() == {}
    assert clinic.results()["app/key/promotion-bot"].verdict == "met"


def test_approvers_that_are_persons_need_no_app(clinic: Clinic) -> None:
    assert not any(name.startswith("app/teams") for name in clinic.results())


def test_the_branch_is_the_specs(clinic: Clinic) -> None:
    """Right for main, all that is about the branch is missing for trunk; the doctor's own calls set it."""
    clinic.wanted = wanted_by(SPEC.replace("\ndata:", "\nbranch: trunk\ndata:", 1))
    wrong = clinic.wrong()

    assert {name.partition("/")[0] for name in wrong} == {"repository", "main", "environment"}
    assert "main/approvals" in wrong
    assert "environment/production/branches" in wrong
    assert "branch: main" in clinic.results()["repository/main"].why

    clinic.heal()

    assert clinic.wrong() == {}


def test_a_sole_owner_is_told_what_to_set(clinic: Clinic) -> None:
    clinic.wanted = wanted_by(SPEC.replace('owners: ["@bob", "@carol"]', 'owners: ["@bob"]', 1))

    assert clinic.wrong() == {"repository/approvers": "missing"}
    found = clinic.results()["repository/approvers"]
    assert "@bob is the only owner" in found.why
    assert "a second owner or a team" in found.remedy


def test_a_merge_queue_takes_the_place_of_up_to_date_branches(clinic: Clinic) -> None:
    clinic.wanted = wanted_by(f"{SPEC}governance: {{merge_queue: true}}\n")
    assert clinic.wrong() == {"main/merge-queue": "missing"}

    clinic.heal()

    assert clinic.wrong() == {}
    assert "main/up-to-date" not in clinic.results()
    (rule,) = [rule for rule in MAIN(clinic)["rules"] if rule["type"] == "merge_queue"]
    patience = rule["parameters"]["check_response_timeout_minutes"]
    rule["parameters"] |= {"max_entries_to_merge": 5, "check_response_timeout_minutes": patience - 1}
    why = f"`max_entries_to_merge` is not 1; `check_response_timeout_minutes` is below {patience}"
    assert clinic.results()["main/merge-queue"].why == why
