"""The status of models in all their environments, by main, the ledger, the tags and what answers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from mlops_spec.deploy.chosen import listed
from mlops_spec.deploy.found import Finder
from mlops_spec.deploy.heartbeat import environment_of, heartbeat_in
from mlops_spec.deploy.homes import name_in
from mlops_spec.deploy.standing import Standing, live_problems, standing
from mlops_spec.errors import Exit, Failure
from mlops_spec.ledger import read_state, replay
from mlops_spec.model_folder import SPEC
from mlops_spec.release.declared import declared_in, path_of
from mlops_spec.release.tags import by_model, differing
from mlops_spec.release.tags import listed as tags_listed
from mlops_spec.spec.environments import Server
from mlops_spec.targets.live import Heard
from mlops_spec.targets.registry import heard, target_on
from mlops_spec.targets.target import Host
from mlops_spec.validate.at_commit import elsewhere, spec_at

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path, PurePosixPath

    from mlops_spec.deploy.found import Found
    from mlops_spec.git import Git, Tree
    from mlops_spec.ledger import Record
    from mlops_spec.ledger.state import State
    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Environment
    from mlops_spec.validate.at_commit import Files


@dataclass(frozen=True)
class Looked:
    """How a model's environments stand, and what is wrong with its spec, branch and tags.

    `folder` is where it lies, of all that were looked at; empty where there was one to look at.
    """

    model: str
    standings: tuple[Standing, ...]
    problems: tuple[str, ...]
    folder: str = ""


@dataclass
class _Facts:
    """What the ledger and the remote say of all models, read once.

    `away` has why nothing answers at an address.
    """

    state: State
    tags: dict[str, dict[str, str]]
    branch: str
    host: Path | None
    here: str | None
    away: dict[str, Heard] = field(default_factory=dict)

    def heard(self, spec: Spec, environment: Environment) -> Heard:
        """What is live, by the target; who is away is asked for one model alone."""
        place = environment.listen if isinstance(environment, Server) else ""
        if place in self.away:
            return self.away[place]
        seen = heard(environment, spec.model)
        if seen.unseen and place:
            self.away[place] = seen
        return seen


def look(git: Git, host: Path | None) -> tuple[str, tuple[Standing, ...], tuple[str, ...]]:
    """The model's name, how its environments stand, what is wrong with its branch and tags, by the remote.

    Raises:
        Failure: there is no repository or remote (78), the remote doesn't answer (69), main or ledger are damaged.
    """
    main = git.fetch_main()
    looked = _look(spec_at(main), main, _facts(git, host))
    return looked.model, looked.standings, looked.problems


def look_at_all(git: Git, host: Path | None, names: Collection[str] = ()) -> tuple[Looked, ...]:
    """The same of every model of a repository, or of those that are named, and of the one in whose folder this is run.

    Raises:
        Failure: as `look`; main has not those that are named (78).
    """
    main = git.fetch_main()
    if main.folder.parts or main.read(SPEC) is not None:
        return (_look(spec_at(main), main, _facts(git, host)),)
    found = Finder().models(main.root)
    known = {each.name for each in found}
    if absent := sorted({*names} - known):
        raise Failure(f"main has no model {', '.join(absent)}; it has {listed(known)}", exit_code=Exit.CONFIG)
    meant = [each for each in found if not names or each.name in names]
    facts, files = _facts(git, host), _deploy_files(main.root, meant)
    return tuple(
        Looked(each.name, (), (each.spec.message,), str(each.folder))
        if isinstance(each.spec, Failure)
        else replace(_look(each.spec, files[each.folder], facts), folder=str(each.folder))
        for each in meant
    )


class _Read:
    """Files of a folder that were read before."""

    def __init__(self, contents: dict[str, bytes | None]) -> None:
        self._contents = contents

    def read(self, path: str | PurePosixPath, /) -> bytes | None:
        return self._contents.get(str(path))


def _deploy_files(main: Tree, found: Sequence[Found]) -> dict[PurePosixPath, _Read]:
    """What all models declare, by one call of git."""
    specs = [(each.folder, each.spec) for each in found if not isinstance(each.spec, Failure)]
    wanted = [(folder, path_of(name)) for folder, spec in specs for name in spec.environments]
    contents = main.read_all([folder / path for folder, path in wanted])
    made: dict[PurePosixPath, dict[str, bytes | None]] = {folder: {} for folder, _ in specs}
    for (folder, path), content in zip(wanted, contents, strict=True):
        made[folder][str(path)] = content
    return {folder: _Read(files) for folder, files in made.items()}


def _facts(git: Git, host: Path | None) -> _Facts:
    here = environment_of(host) if host is not None else None
    return _Facts(read_state(git), by_model(tags_listed(git)), git.main, host, here)


def _look(spec: Spec, main: Files, facts: _Facts) -> Looked:
    """How every environment of the spec stands; that of an agent's folder is looked at there, not by HTTP."""
    state, host = facts.state.of(spec.model), facts.host
    standings = tuple(
        standing(
            name,
            state,
            declared_in(main, name),
            _heard_on_this_host(spec, host)
            if host is not None and name == facts.here
            else facts.heard(spec, environment),
        )
        for name, environment in spec.environments.items()
    )
    tags = differing(facts.tags.get(spec.model, {}), state.registered.values())
    return Looked(spec.model, standings, tuple(filter(None, (elsewhere(spec, facts.branch), *tags))))


def served(spec: Spec, records: Sequence[Record], host: Path) -> tuple[str, ...]:
    """What is wrong with what the host of this agent's folder serves, against the ledger."""
    name = environment_of(host)
    return tuple(live_problems(replay(records).of(spec.model).live.get(name), _heard_on_this_host(spec, host)))


def _heard_on_this_host(spec: Spec, state: Path) -> Heard:
    name, heartbeat = environment_of(state), heartbeat_in(state)
    environment = spec.environments[name]
    alone = not name_in(state, spec.model)
    host = Host(state, spec.model, key=spec.data.id, storage=spec.storage, alone=alone)
    live = target_on(host, environment).current()
    if live.unseen:
        return Heard(unseen=live.unseen)
    version, digest = (live.stable.version, live.stable.digest) if live.stable is not None else (None, None)
    return Heard(version, digest, heartbeat.stat().st_mtime)
