"""Who writes a record: the run of a workflow, a person at a terminal, or an environment's agent."""

from __future__ import annotations

import getpass
import os
import re
from typing import TYPE_CHECKING, Literal

from mlops_spec.ledger.record import Actor, Approval, Identity, Who

if TYPE_CHECKING:
    from collections.abc import Mapping

ISSUER = "https://token.actions.githubusercontent.com"


def who(environ: Mapping[str, str] = os.environ, *, approvals: tuple[Approval, ...] = ()) -> Who:
    """Whoever runs this: as GitHub Actions names the run, or the user of this machine."""
    if environ.get("GITHUB_ACTIONS") != "true":
        return Who(actor=_actor(_user()), approvals=approvals)
    actor = _actor(environ.get("GITHUB_ACTOR", ""), environ.get("GITHUB_ACTOR_ID"))
    again = environ.get("GITHUB_TRIGGERING_ACTOR", "")
    return Who(
        actor=actor,
        triggering=_actor(again) if again and _actor(again).login != actor.login else None,
        approvals=approvals,
        identity=_identity(environ),
    )


def agent(environment: str) -> Who:
    """The agent of an environment."""
    return Who(actor=Actor(login=f"agent:{environment}", kind="agent"))


def _identity(environ: Mapping[str, str]) -> Identity | None:
    run = environ.get("GITHUB_RUN_ID", "")
    if not run.isdigit():
        return None
    named = f"{environ.get('GITHUB_REPOSITORY')}/{environ.get('GITHUB_WORKFLOW')}@{environ.get('GITHUB_REF')}"
    attempt = environ.get("GITHUB_RUN_ATTEMPT", "")
    return Identity(
        workflow_ref=environ.get("GITHUB_WORKFLOW_REF") or named,
        run_id=int(run),
        run_attempt=int(attempt) if attempt.isdigit() else 1,
        job=environ.get("GITHUB_JOB") or "unknown",
        issuer=ISSUER,
    )


def _actor(login: str, number: str | None = None) -> Actor:
    kind: Literal["human", "bot"] = "bot" if login.endswith("[bot]") else "human"
    name = re.sub(r"[^A-Za-z0-9_.:-]", "-", login.removesuffix("[bot]")).lstrip("_.:-")[:90] or "unknown"
    return Actor(
        login=name + ("[bot]" if kind == "bot" else ""),
        id=int(number) if number and number.isdigit() else None,
        kind=kind,
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without an entry for its user
        return f"uid-{os.getuid()}"
