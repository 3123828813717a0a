"""The accounts of a rehearsal: two people, the workflows' own account, and the App that opens promotions."""

from __future__ import annotations

from mlops_spec.rehearse.hub import tokens
from mlops_spec.rehearse.hub.people import ACTIONS, Person

AUTHOR, REVIEWER = "alice", "bob"
APP = "mlops-promotions[bot]"
_APP_MAY = {"contents": "write", "pull-requests": "write", "workflows": "write", "members": "read"}


def cast() -> tuple[Person, ...]:
    """The accounts, with tokens that nobody else knows."""
    return (
        Person(AUTHOR, 101, tokens.new("ghp")),
        Person(REVIEWER, 102, tokens.new("ghp")),
        Person(ACTIONS, 41898282, tokens.new("ghs"), type="Bot", permissions={}),
        Person(APP, 103, tokens.new("ghs"), type="Bot", permissions=_APP_MAY, key=tokens.new("key")),
    )


def address(person: Person) -> str:
    """The mail address that leads from a commit to the account."""
    return f"{person.id}+{person.login}@users.noreply.github.com"
