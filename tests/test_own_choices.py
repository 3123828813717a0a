"""What looks wrong and is somebody's sound choice is let be, and what is wrong beside it is found."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from mlops_spec.lint.specs import lint_text

MINIMAL = (Path(__file__).parent / "render" / "minimal" / "model.yaml").read_text(encoding="utf-8")


def codes(text: str, *changes: tuple[str, str]) -> set[str]:
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return {each.kind.code for each in lint_text("model.yaml", text, date(2026, 11, 23))}


@pytest.mark.parametrize(("share", "found"), [("0.98", False), ("1.0", True)])
def test_a_rare_event_may_be_missing_in_most_rows_and_not_in_all(share: str, found: bool) -> None:
    columns = f"contract:\n    columns: {{calls: {{type: integer, min: 0, missing: {{max: {share}}}}}}}\n"
    text = MINIMAL.replace("data:\n", f"data:\n  {columns}", 1)

    assert ("MS120" in codes(text)) == found


@pytest.mark.parametrize(("samples", "found"), [("30", False), ("10", True)])
def test_few_samples_are_enough_where_no_rate_of_errors_is_promised(samples: str, found: bool) -> None:
    rollout = f"  production:\n    after: staging\n    rollout: {{canary: [50], min_samples: {samples}}}\n"
    text = MINIMAL + f"\nenvironments:\n  staging: {{after: merge}}\n{rollout}"

    assert "environments:" not in MINIMAL
    assert ("MS416" in codes(text)) == found


@pytest.mark.parametrize(("name", "found"), [("preproduction", False), ("europe", True)])
def test_an_environment_on_trial_needs_no_canary_at_high_risk(name: str, found: bool) -> None:
    text = (
        MINIMAL
        + f"\nenvironments:\n  staging: {{after: merge}}\n  {name}: {{after: staging, promote: {{approvals: 1}}}}\n"
        f"  production:\n    after: {name}\n    promote: {{approvals: 1}}\n    rollout: {{canary: [10, 50]}}\n"
        "governance: {risk: high, intended_use: Ranks applications.}\nmonitor: {}\n"
    )

    assert ("MS405" in codes(text)) == found


@pytest.mark.parametrize(
    ("use", "found"),
    [("Triage of error logs.", False), ("Triage in a hospital.", True), ("Triage of people by their tickets.", True)],
)
def test_a_word_of_two_meanings_is_read_by_what_stands_beside_it(use: str, found: bool) -> None:
    assert "governance:" not in MINIMAL
    text = f"{MINIMAL}\ngovernance: {{risk: minimal, intended_use: {use}}}\n"
    assert ("MS712" in codes(text, ("model: credit-default", "model: what-is-wrong"))) == found


@pytest.mark.parametrize(("batch", "found"), [("10000", False), ("1", True)])
def test_an_answer_to_many_rows_at_once_may_take_its_time(batch: str, found: bool) -> None:
    text = MINIMAL + "\nenvironments:\n  staging: {after: merge}\n"
    text += "  production: {after: staging, rollout: {canary: [10, 50], max_p99: 30s}}\n"
    text = text.replace("gates:\n", f"gates:\n  - latency: {{p99: 9s, batch: {batch}}}\n", 1)

    assert "batch" in text
    assert ("MS220" in codes(text)) == found


@pytest.mark.parametrize(
    ("target", "column", "found"),
    [
        ("cancelled", "cancellation_reason", True),
        ("churned", "churn_date", True),
        ("churn", "exit_survey", True),
        ("readmitted_30d", "readmission_date", True),
        ("converted_within_7d", "conversion_time", True),
        ("fraud", "investigation_notes", True),
        ("cancelled", "last_cancellation_reason", False),
        ("cancelled", "cancellation_fee", False),
        ("cancelled", "contract_date", False),
        ("delivered", "delivery_type", False),
        ("default", "registration_date", False),
        ("opened", "operating_time", False),
    ],
)
def test_when_and_why_it_came_about_is_known_afterwards(target: str, column: str, found: bool) -> None:
    text = MINIMAL.replace(
        "  target: default\n", f"  target: {target}\n  contract: {{columns: {{{column}: {{type: string}}}}}}\n"
    )

    assert target in text
    assert ("MS123" in codes(text)) == found


@pytest.mark.parametrize(
    ("watched", "features", "found"),
    [
        ("[seen_at]", "{exclude: [seen_at]}", True),
        ("[id]", "{include: [amount]}", True),
        ("[country]", "{include: [amount]}", True),
        ("[amount, seen_at]", "{exclude: [seen_at]}", True),
        ("[amount]", "{exclude: [seen_at]}", False),
        ("[country, amount]", "{include: [amount]}", False),
        ("[country]", "{include: [words]}", False),  # a text has no histogram: its language may be watched in its place
        ("all", "{exclude: [seen_at]}", False),
    ],
)
def test_drift_is_watched_where_the_model_looks(watched: str, features: str, found: bool) -> None:
    columns = "seen_at: {type: timestamp}, amount: {type: number}, country: {type: category}, words: {type: string}"
    text = MINIMAL.replace("  id: id\n", f"  id: id\n  contract: {{columns: {{{columns}}}}}\n")
    text = (
        text.replace("gates:", f"  features: {features}\n\ngates:") + f"\nmonitor: {{drift: {{columns: {watched}}}}}\n"
    )

    assert ("MS612" in codes(text)) == found


@pytest.mark.parametrize(
    ("latency", "found"),
    [
        ("[{latency: {p99: 400ms, batch: 100}}]", True),
        ("[{latency: {p99: 300ms, batch: 100}}]", False),
        ("[{latency: {p99: 400ms, batch: 100}}, {latency: {p99: 80ms}}]", False),
        ("[{latency: {p99: 90ms}}]", True),
    ],
)
def test_many_rows_may_take_longer_than_a_rollout_bears_where_one_row_is_gated_too(latency: str, found: bool) -> None:
    rollout = "  production:\n    after: staging\n    rollout: {canary: [50], max_p99: 80ms}\n"
    text = MINIMAL[: MINIMAL.index("gates:")] + f"gates: {latency}\n"
    text += f"environments:\n  staging: {{after: merge}}\n{rollout}"

    assert ("MS220" in codes(text)) == found


@pytest.mark.parametrize(
    ("endpoint", "found"),
    [("http://minio.acme.example:9000", True), ("https://s3.acme.example", False), ("http://127.0.0.1:9000", False)],
)
def test_a_store_is_reached_by_an_encrypted_way_but_for_one_on_this_machine(endpoint: str, found: bool) -> None:
    assert ("MS504" in codes(f'{MINIMAL}\nstorage: {{url: "s3://acme/m", endpoint: "{endpoint}"}}\n')) == found


@pytest.mark.parametrize(("name", "found"), [("pinball_90", True), ("crps", True), ("share_kept", False)])
def test_a_loss_is_better_when_lower_whatever_field_it_comes_from(name: str, found: bool) -> None:
    own = f"evaluate: {{metrics: [{{name: {name}, run: 'own.cost:it', direction: higher}}]}}\n"
    assert "evaluate:" not in MINIMAL
    assert ("MS221" in codes(MINIMAL + "\n" + own)) == found


@pytest.mark.parametrize(
    ("column", "found"), [("disconnect_reason_code", True), ("deactivation_date", True), ("contract_type", False)]
)
def test_why_a_customer_left_is_told_in_many_words(column: str, found: bool) -> None:
    columns = f"contract:\n    columns: {{churned_60d: {{type: integer}}, {column}: {{type: category}}}}\n"
    text = re.sub(r"target: \w+", "target: churned_60d", MINIMAL).replace("data:\n", f"data:\n  {columns}", 1)

    assert ("MS123" in codes(text)) == found
