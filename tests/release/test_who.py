"""Who asks for what gets on record."""

from __future__ import annotations

from mlops_spec.ledger.who import agent
from mlops_spec.platforms.github.run import Run
from mlops_spec.release.who import who


def test_whoever_started_a_run_and_whoever_ran_it_again() -> None:
    found = who(
        Run(
            in_actions=True,
            actor="nektos/act",
            actor_id="7",
            triggering="dependabot[bot]",
            number="55",
            attempt="2",
            job="register",
            workflow="acme/churn/.github/workflows/m.yml@refs/heads/main",
        )
    )

    assert (found.actor.login, found.actor.id, found.actor.kind) == ("nektos-act", 7, "human")
    assert found.triggering
    assert (found.triggering.login, found.triggering.kind) == ("dependabot[bot]", "bot")
    assert found.identity
    assert (found.identity.run_id, found.identity.run_attempt, found.identity.job) == (55, 2, "register")
    assert found.identity.workflow_ref == "acme/churn/.github/workflows/m.yml@refs/heads/main"


def test_at_a_terminal_it_is_its_user() -> None:
    assert who(Run()).identity is None
    assert who(Run()).actor.kind == "human"
    assert agent("staging").actor.kind == "agent"
