"""The evidence that a version needs before it goes anywhere; each check raises what is wrong, and the remedy."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, refuse
from mlops_spec.git import Stale
from mlops_spec.ledger.history import time_live
from mlops_spec.ledger.state import holds, unfit
from mlops_spec.platforms.github.api import pulls
from mlops_spec.release.approvals import REPORT, Approved, approved, merged_by, report_digest
from mlops_spec.release.proof import verify_release
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.ledger import Record
    from mlops_spec.ledger.record import What
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.release.declared import Declared
    from mlops_spec.release.world import World


def registered_as(world: World, version: str, digest: str | None) -> Record:
    found = world.state.registered.get(version)
    if found is None or found.what.package is None:
        refuse(f"{version} was never registered", "`mlops-spec audit log --event register` lists what was")
    if digest is not None and found.what.package.digest != digest:
        refuse(f"{version} was registered as {found.what.package.digest}, not as {digest}")
    return found


def current(world: World, said: Declared) -> None:
    """Nobody moved the environment since the promotion was proposed."""
    last, now = world.state.serial(said.environment), world.state.live.get(said.environment)
    if said.base_serial != last or said.base_digest != (now.digest if now else None):
        raise Stale(
            f"{said.environment} is at serial {last} ({now.version if now else 'nothing'} live), "
            f"but the promotion was decided on serial {said.base_serial}",
            exit_code=Exit.STALE,
            remedy=f"propose it anew: `mlops-spec promote open {said.environment} --version {said.version}`",
        )
    if said.serial != last + 1:
        refuse(f"{world.place.deploy(said.environment)}: serial {said.serial} does not follow {last}")


def fit(world: World, what: What) -> None:
    """Registered, not revoked, live where it had to be before, its gates still holding, its tag untouched."""
    assert what.version
    assert what.package
    problem = unfit(world.state, what.version, what.package.digest, what.after)
    if problem:
        refuse(problem)
    registered = world.state.registered[what.version]
    day = world.now.date().isoformat()
    failing = [gate for gate in (registered.why.gates if registered.why else ()) if not holds(gate, day)]
    if failing:
        told = ", ".join(f"{gate.id} ({gate.verdict}, waived until {gate.waived_until})" for gate in failing)
        refuse(f"{what.version}: gates no longer hold: {told}", "renew the waiver in model.yaml, and train again")
    tag = registered.what.tag
    assert tag is not None
    found = world.git.remote_refs(f"refs/tags/{tag.name}").get(f"refs/tags/{tag.name}")
    if found != tag.object:
        refuse(f"tag {tag.name} is {found or 'gone'} in the remote, but {tag.object} was registered")
    verify_release(world.git, world.records, registered)


def soaked(world: World, what: What) -> None:
    wanted = world.environment(what.environment or "").promote.soak
    if wanted is None or what.after is None or what.version is None:
        return
    lived = time_live(world.records, what.model, what.after, what.version, world.now)
    if lived < timedelta(seconds=seconds(wanted)):
        left = timedelta(seconds=seconds(wanted)) - lived
        refuse(
            f"{what.version} was live in {what.after} for {_span(lived)}, {wanted} are asked for",
            f"run it again in {_span(left)}",
        )


def approvals(world: World, said: Declared, forge: Callable[[], GitHub]) -> Approved | None:
    wanted = world.environment(said.environment).promote
    if wanted.approvals == 0:
        return None
    github = forge()
    found = approved(github, declaring(world, said), world.spec, said.environment, _commits_brought_out(world, said))
    if not _is_named_report(said, pulls.get(github, found.pull_request).body):
        refuse(
            f"#{found.pull_request} was edited after it was proposed, or declares again what another proposed: "
            f"its text is not the evidence of {world.place.deploy(said.environment)}",
            f"propose it anew: `mlops-spec promote open {said.environment} --version {said.version}`",
        )
    return found


def approvable(world: World, said: Declared, github: GitHub) -> bool:
    """Whether main declares this by a pull request whose text is the report that the declaration names."""
    if world.environment(said.environment).promote.approvals == 0:
        return True
    found = merged_by(github, declaring(world, said), world.spec.branch)
    return found is not None and _is_named_report(said, found.body)


def declaring(world: World, said: Declared) -> str:
    """The commit by which main declares it."""
    path = world.place.deploy(said.environment)
    return world.git.text("log", "-1", "--first-parent", "--format=%H", world.commit, "--", f":(top){path}")


def _is_named_report(said: Declared, body: str | None) -> bool:
    report = next((document.digest for document in said.evidence if document.kind == REPORT), None)
    return report is None or report == report_digest(body or "")


def _commits_brought_out(world: World, said: Declared) -> list[str]:
    now = world.state.live.get(said.environment)
    if (said.environment, said.version) in world.state.proven:
        return []
    names = list(world.state.registered)
    first = names.index(now.version) + 1 if now else 0
    last = names.index(said.version) + 1 if said.version else 0
    records = (world.state.registered[name] for name in names[first:last] or [said.version or ""])
    return [record.from_what.commit for record in records if record.from_what]


def _span(time: timedelta) -> str:
    return str(timedelta(seconds=round(time.total_seconds())))
