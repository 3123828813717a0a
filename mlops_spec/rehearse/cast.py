"""Who plays in a rehearsal: two people, the workflows' own account, and the App that opens promotions."""

from __future__ import annotations

import secrets

from mlops_spec.rehearse.hub.state import Person

AUTHOR, REVIEWER = "alice", "bob"
ACTIONS, APP = "github-actions[bot]", "mlops-promotions[bot]"


def cast() -> tuple[Person, ...]:
    """The accounts, with tokens that nobody else knows."""
    return (
        Person(AUTHOR, 101, _token("ghp")),
        Person(REVIEWER, 102, _token("ghp")),
        Person(ACTIONS, 41898282, _token("ghs"), type="Bot"),
        Person(APP, 103, _token("ghs"), type="Bot"),
    )


def address(person: Person) -> str:
    """The mail address that leads from a commit to the account."""
    return f"{person.id}+{person.login}@users.noreply.github.com"


def _token(kind: str) -> str:
    return f"{kind}_{secrets.token_hex(20)}"
