"""The agent of a host: pass after pass it looks at Git, the ledger and what it serves, and sees to what is new."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from mlops_spec.deploy.chosen import chosen, is_meant, other_addresses
from mlops_spec.deploy.clone import Clone
from mlops_spec.deploy.confirmed import Forge
from mlops_spec.deploy.found import Finder
from mlops_spec.deploy.heartbeat import Heartbeat
from mlops_spec.deploy.homes import settle
from mlops_spec.deploy.one_model import OneModel, Shared
from mlops_spec.deploy.orphans import orphans
from mlops_spec.deploy.passes import Done
from mlops_spec.deploy.place import prepared
from mlops_spec.deploy.preflight import check_installed
from mlops_spec.deploy.side_by_side import SideBySide
from mlops_spec.deploy.store import Store
from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.connect import forge_of
from mlops_spec.spec.environments import Batch
from mlops_spec.system.faults import fault
from mlops_spec.system.lock import take
from mlops_spec.targets.registry import kept
from mlops_spec.targets.target import Host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.deploy.found import Found
    from mlops_spec.deploy.passes import Settings
    from mlops_spec.git import Tree
    from mlops_spec.spec.environments import Environment

_TURNS = 60  # passes in which every model is looked at on this host, whatever Git and the ledger say
_QUIET = {"none", "waiting"}
_Key = tuple[object, ...]


@dataclass
class _Model:
    """A model of this host, and what came of the last look at it.

    `key` is what Git and the ledger say of it now, `begun` what they said when the last look began, and `quiet` that
    for which there was nothing to do. `restarted`: what serves it had ended, and was started again since.
    """

    one: OneModel
    environment: Environment
    found: Found
    key: _Key = ()
    begun: _Key = ()
    quiet: _Key | None = None
    last: Done | None = None
    restarted: bool = False

    @property
    def stirred(self) -> bool:
        """Whether there may be anything to do: what nobody has touched since the last look costs nothing."""
        by_calendar = isinstance(self.environment, Batch)
        return by_calendar or self.quiet != self.key or self.restarted or self.one.asks_again


@dataclass
class _Pass:
    """What came of a pass so far, by model."""

    done: dict[str, Done] = field(default_factory=dict)
    failed: dict[str, Failure] = field(default_factory=dict)


class Agent:
    """The agent of one environment on this host; there is one per state folder, by lock."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._lock = take(prepared(settings.state) / "agent.lock", f"{settings.state} has an agent already")
        self._settings = settings
        self._say = say
        self._clone = Clone.open(settings.state / "repository.git", settings.repository, settings.run.access)
        self._store = Store(settings.state / "packages")
        self._work = SideBySide()
        forge = Forge(forge_of(settings.repository, settings.run), say)
        self._shared = Shared(settings, self._clone, self._store, forge, self._say_and_report, self._work.looking_on)
        self._finder = Finder()
        self._main = ""
        self._models: dict[str, _Model] = {}
        self._unfit: dict[str, Failure] = {}
        self._orphans: tuple[Done, ...] = ()
        self._passes = 0
        self._heartbeat = Heartbeat(settings.state, settings.environment)
        self._ledger: tuple[str | None, dict[str, int]] = (None, {})  # its commit, and the newest record of each model

    def close(self) -> None:
        """Lets another agent have the folder."""
        os.close(self._lock)

    def one_pass(self) -> tuple[Done, ...]:
        """Brings the host one step nearer, and waits until that is done for every model; one result for each.

        Raises:
            Failure: the remote doesn't answer (69) or something is set up wrongly; what is live stays live. What is
                wrong with one of several models is its result.
        """
        return self._told(wait=True)

    def look(self) -> tuple[Done, ...]:
        """The same, but what takes long for some of several models goes on meanwhile, and is told when it has ended."""
        return self._told(wait=False)

    def _told(self, *, wait: bool) -> tuple[Done, ...]:
        try:
            found = self._pass(wait=wait)
        except Failure as failure:
            self._report_if_possible(failure.message)
            raise
        except (OSError, MemoryError) as error:
            broken = fault(error)
            self._report_if_possible(broken.message)
            raise broken from error
        self._heartbeat.write(found)
        return found

    def _pass(self, *, wait: bool) -> tuple[Done, ...]:
        unreachable = self._fetch()
        main = self._clone.main
        if main is None:
            raise unreachable or Failure("the repository has no default branch", exit_code=Exit.CONFIG)
        if main.commit != self._main:
            self._take_in(main)
        self._keep_up()
        if unreachable is not None:
            raise unreachable
        made = _Pass(failed={**self._unfit})
        if self._alone is not None:
            self._take_down(self._alone, self._work.here(partial(self._look, self._alone, main)), made)
        else:
            self._look_at_all(main, made, wait=wait)
        self._clean(made)
        if self._alone is not None and made.failed:
            raise next(iter(made.failed.values()))
        return (*self._results(made), *self._orphans)

    def _fetch(self) -> Failure | None:
        try:
            self._clone.fetch()
        except Failure as failure:
            if failure.exit_code != Exit.UNAVAILABLE:
                raise
            return failure
        return None

    @property
    def _alone(self) -> _Model | None:
        return next((each for each in self._models.values() if each.found.alone), None)

    def _take_in(self, main: Tree) -> None:
        """Sees which models main has for this host, and what lies here of others."""
        found, settings = self._finder.models(main), self._settings
        serving = chosen(found, settings)
        broken = {each.name: each.spec for each in found if isinstance(each.spec, Failure)}
        for _, environment in serving.values():
            check_installed(environment)
        settle(settings.state, found[0].alone, [*serving])
        before, self._models = self._models, {}
        for name, (each, environment) in serving.items():
            self._models[name] = self._model(each, environment, before.get(name))
        self._orphans = tuple(orphans(settings, {*serving, *broken}, self._retire))
        self._unfit = {name: failure for name, failure in broken.items() if is_meant(settings, name)}
        self._unfit |= other_addresses({name: environment for name, (_, environment) in serving.items()})
        self._main = main.commit

    def _model(self, found: Found, environment: Environment, before: _Model | None) -> _Model:
        settings = self._settings
        host = Host(
            settings.state,
            found.name,
            settings.supervised,
            key=found.valid.data.id,
            storage=found.valid.storage,
            alone=found.alone,
            memory=settings.memory,
        )
        if before is not None and before.one.host == host:
            return replace(before, found=found, environment=environment)
        return _Model(OneModel(self._shared, host), environment, found)

    def _retire(self, name: str, model: str) -> None:
        settings, some = self._settings, next(iter(self._models.values()))
        host = Host(settings.state, model, settings.supervised, alone=not name, memory=settings.memory)
        OneModel(self._shared, host).retire(some.environment)

    def _keep_up(self) -> None:
        """Starts what serves where it ended, by one model of each target, and looks at those whose turn it is."""
        self._passes += 1
        seen = set[str]()
        for number, (name, each) in enumerate(self._models.items()):
            turn = number % _TURNS == self._passes % _TURNS or each.last is None or each.found.alone
            serves = each.last is not None and each.last.digest is not None
            if name in self._unfit or self._work.busy(name):
                continue
            if each.last is None or each.found.alone or (serves and each.environment.target not in seen):
                each.restarted = each.one.keep_up(each.environment) or each.restarted
                seen |= {each.environment.target} if serves else set()
            if turn:
                each.one.prune(each.environment, each.found.valid)
            if turn and each.last is not None and each.one.differs(each.environment, each.last):
                each.quiet = None

    def _look_at_all(self, main: Tree, made: _Pass, *, wait: bool) -> None:
        self._read_ledger()
        for name, each in self._models.items():
            if name not in made.failed and not self._work.busy(name) and each.stirred:
                each.begun = each.key
                self._work.begin(name, partial(self._look, each, main))
        for name, ended in self._work.ended(wait=wait):
            if name in self._models:
                self._take_down(self._models[name], ended, made)

    def _read_ledger(self) -> None:
        (records, state), commit = self._clone.ledger(), self._clone.ledger_commit
        if commit != self._ledger[0]:
            self._ledger = commit, {record.what.model: record.seq for record in records}
        for model, each in self._models.items():
            each.key = (
                each.found.objects,
                self._ledger[1].get(model),
                state.of(model).open.get(self._settings.environment),
            )

    def _look(self, each: _Model, main: Tree) -> Done:
        return replace(each.one.look(each.found, each.environment, main), model=each.one.host.name)

    def _take_down(self, each: _Model, ended: Done | Failure, made: _Pass) -> None:
        if isinstance(ended, Failure):
            each.quiet, made.failed[each.found.name] = None, ended
            return
        open_intent = each.begun[-1] if each.begun else None
        each.quiet = each.begun if ended.action in _QUIET and open_intent is None else None
        if each.restarted and ended.action == "none":
            ended = replace(ended, action="healed", reason="the server was started again")
        each.restarted, each.last = False, ended
        made.done[each.found.name] = ended

    def _clean(self, made: _Pass) -> None:
        """Removes packages that nobody needs any more; not while others are on their way here."""
        acted = self._alone is not None or any(done.action not in _QUIET for done in made.done.values())
        if acted and not self._work.busy() and any(done.action != "waiting" for done in made.done.values()):
            needed = kept(self._settings.state)
            if all(each.readable for each in needed):
                self._store.keep({digest for each in needed for digest in each.digests})

    def _results(self, made: _Pass) -> Iterator[Done]:
        for name in sorted({*self._models, *made.failed}):
            last = self._models[name].last if name in self._models else None
            if name in made.failed:
                failure = made.failed[name]
                said = f"{failure.message} ({failure.remedy})" if failure.remedy else failure.message
                yield Done(self._settings.environment, "stuck", reason=said, model=name)
            elif name in made.done:
                yield made.done[name]
            elif last is not None and not self._work.busy(name):
                yield last if last.action == "waiting" else replace(last, action="none", reason="")

    def _say_and_report(self, line: str) -> None:
        self._say(line)
        if self._alone is not None:
            self._heartbeat.write()

    def _report_if_possible(self, problem: str) -> None:
        with suppress(OSError):  # on a full disk the pass's own failure is what matters
            self._heartbeat.write(problem=problem)
