"""The check of the state: the ledger holds, intents are answered, what is declared or registered is live."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger.fields import moment
from mlops_spec.ledger.report import proof_line
from mlops_spec.ledger.witness import verify_remote
from mlops_spec.monitor.check import Check
from mlops_spec.release.declared import Declared, declared_in
from mlops_spec.release.proof import release_findings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from mlops_spec.git import Git, Tree
    from mlops_spec.ledger import ModelState, Record
    from mlops_spec.release.world import World
    from mlops_spec.spec import Spec

PATIENCE = timedelta(hours=2)  # an intent that is open for longer has been forgotten


def check_state(world: World) -> tuple[Check, ...]:
    """The checks of one model by a ledger that holds.

    Raises:
        Failure: the remote doesn't answer (69).
    """
    state = world.state
    intents = tuple(_forgotten(state, world.now))
    environments = tuple(_differing_environments(state, world.main, world.spec))
    releases = _releases(world.git, world.records, state)
    told = ", ".join(f"{name} {live.version}" for name, live in sorted(state.live.items())) or "nothing is live"
    return (
        releases,
        Check("intents", intents, f"{len(state.open)} open"),
        Check("live", environments, told),
    )


def check_ledger(git: Git) -> Check:
    """The check of the remote's ledger as a whole; where it is broken, nothing that rests on it can be checked.

    Raises:
        Failure: the remote doesn't answer (69).
    """
    try:
        report = verify_remote(git)
    except Failure as failure:
        if failure.exit_code != Exit.FINDINGS:
            raise
        return Check("ledger", (failure.message,))
    return Check("ledger", tuple(report.findings), proof_line(report))


def _releases(git: Git, records: tuple[Record, ...], state: ModelState) -> Check:
    asked = {intent.what.version for intent in state.open.values()}
    versions = {live.version for live in state.live.values()} | asked | {state.newest}
    named = sorted(each for each in versions if each)
    found = tuple(release_findings(git, records, versions=named))
    return Check("releases", found, f"{', '.join(named)}: as registered" if named else "none yet")


def _forgotten(state: ModelState, now: datetime) -> Iterator[str]:
    for environment, intent in sorted(state.open.items()):
        age = now - moment(intent.time)
        if age > PATIENCE:
            hours = int(age.total_seconds()) // 3600
            yield f"{environment}: intent {intent.seq} ({intent.what.version}) has been open for {hours} h"


def _differing_environments(state: ModelState, main: Tree, spec: Spec) -> Iterator[str]:
    for environment in spec.environments:
        if environment in state.open:
            continue
        said = declared_in(main, environment)
        live = state.live.get(environment)
        wanted = said.version if isinstance(said, Declared) else state.newest
        digest = said.digest if isinstance(said, Declared) else _digest(state.registered.get(state.newest or ""))
        if (wanted, digest) != ((live.version, live.digest) if live else (None, None)):
            has = live.version if live else "nothing"
            says = "main declares" if isinstance(said, Declared) else "the newest version is"
            yield f"{environment}: {says} {wanted or 'nothing'}, but {has} is live by the ledger"


def _digest(registered: Record | None) -> str | None:
    return registered.what.package.digest if registered and registered.what.package else None
