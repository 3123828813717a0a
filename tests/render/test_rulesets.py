"""Rulesets are what GitHub's API takes, and ask for the checks that the workflows give."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

HERE = Path(__file__).parent
DESCRIPTION = HERE.parent / "forge/node_modules/@octokit/openapi/generated/api.github.com.json"
TRAINED = "Train and gate"
GITHUB_ACTIONS = 15368  # the App whose checks count


def rulesets(case: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text()) for path in (case / "expected/.github/rulesets").iterdir()}


def rule(ruleset: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in ruleset["rules"] if each["type"] == kind)["parameters"]
    return found


def test_githubs_api_takes_each(case: Path) -> None:
    if not DESCRIPTION.exists():
        pytest.skip("GitHub's description is not installed: npm ci --prefix tests/forge")
    api = json.loads(DESCRIPTION.read_text())
    asked = api["paths"]["/repos/{owner}/{repo}/rulesets"]["post"]["requestBody"]["content"]["application/json"]
    validator = Draft202012Validator({**asked["schema"], "components": api["components"]})

    for ruleset in rulesets(case).values():
        assert [error.message for error in validator.iter_errors(ruleset)] == []
        broken = {**ruleset, "rules": [{"type": "pull_request", "parameters": {}}]}
        assert list(validator.iter_errors(broken)) != []


def test_main_asks_for_the_checks_that_pull_requests_get(case: Path) -> None:
    workflow = yaml.safe_load((case / "expected/.github/workflows/mlops-pull-request.yml").read_text())

    asked = rule(rulesets(case)["mlops-main"], "required_status_checks")

    jobs = workflow["jobs"]
    # the job that says whether it was trained bears the name of what was
    judge = "judged" if "judged" in jobs else "train"
    names = [each["name"] for job in ("check", judge) if (each := jobs.get(job))]
    if judge == "judged":
        assert f"&& '{TRAINED}' ||" in names[1]
        names[1] = TRAINED
    assert len(names) == (1 if case.name in ("after-merge", "cluster") else 2)
    assert asked["required_status_checks"] == [{"context": n, "integration_id": GITHUB_ACTIONS} for n in names]
    queued = "merge_group" in workflow[True]  # PyYAML reads `on` as a boolean
    assert asked["strict_required_status_checks_policy"] is not queued
    assert queued == any(each["type"] == "merge_queue" for each in rulesets(case)["mlops-main"]["rules"])
    assert queued == (case.name == "queued")


def test_main_asks_for_as_many_approvals_as_the_strictest_promotion() -> None:
    found = {name: rule(rulesets(HERE / name)["mlops-main"], "pull_request") for name in ("minimal", "travels")}

    assert {name: each["required_approving_review_count"] for name, each in found.items()} == {
        "minimal": 1,
        "travels": 2,
    }


def test_nobody_bypasses_and_nothing_is_rewritten(case: Path) -> None:
    for ruleset in rulesets(case).values():
        assert ruleset["bypass_actors"] == []
        assert ruleset["enforcement"] == "active"
        assert {"deletion", "non_fast_forward"} <= {each["type"] for each in ruleset["rules"]}
    versions = rulesets(case)["mlops-versions"]
    model = yaml.safe_load((case / "model.yaml").read_text())["model"]
    assert versions["conditions"]["ref_name"]["include"] == [f"refs/tags/{model}@v*"]
    assert "update" in {each["type"] for each in versions["rules"]}
