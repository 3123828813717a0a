"""The checks that scenarios share: every client was answered, and `status` and `audit verify` are content."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit
from mlops_spec.rehearse.scenario import Unexpected
from mlops_spec.rehearse.stage import must

if TYPE_CHECKING:
    from mlops_spec.rehearse.clients import Clients
    from mlops_spec.rehearse.stage import Stage


def all_answered(found: Clients) -> str:
    """What the clients say; none of their requests may have failed."""
    must(not found.failed, f"{len(found.failed)} of {found.total} requests failed: {found.failed[:3]}")
    must(found.total > 0, "no client asked anything")
    return found.told()


def audit(stage: Stage) -> str:
    """What `mlops-spec audit verify` says of the ledger, the tags and main."""
    stage.world.git.fetch("+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*")
    return stage.world.command("audit", "verify").strip().splitlines()[-1]


def status(stage: Stage) -> tuple[str, ...]:
    """What `mlops-spec status` finds wrong."""
    said = stage.world.attempt("status", "--format", "json", directory=stage.place.path)
    if said.returncode not in (Exit.OK, Exit.FINDINGS):
        raise Unexpected(f"`mlops-spec status` ended with {said.returncode}: {said.stderr.strip()}")
    found = json.loads(said.stdout)["environments"]
    problems = tuple(f"{each['environment']}: {problem}" for each in found for problem in each["problems"])
    must(bool(problems) == bool(said.returncode), f"`mlops-spec status` ended with {said.returncode}: {problems}")
    return problems


def clean(stage: Stage) -> str:
    """`mlops-spec status` has nothing to say against anything."""
    wrong = status(stage)
    must(not wrong, f"`mlops-spec status`: {'; '.join(wrong)}")
    return "status is clean"
