"""One pass of the agent: look at Git, the ledger and the server, and do the one thing that brings them together."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec.deploy.able import check_installed, checkout_of, prove
from mlops_spec.deploy.admission import refusal
from mlops_spec.deploy.claim import Claim
from mlops_spec.deploy.clock import Clock
from mlops_spec.deploy.clone import Clone
from mlops_spec.deploy.confirmed import Forge
from mlops_spec.deploy.git_back import GitBack
from mlops_spec.deploy.outcome import Answers
from mlops_spec.deploy.passes import ACTIONS, Done, Settings, done_for
from mlops_spec.deploy.place import prepared
from mlops_spec.deploy.rollout import Rolled, roll_out
from mlops_spec.deploy.scored import after_scoring, first_live, put_on_record
from mlops_spec.deploy.store import Store
from mlops_spec.engines.packages import packages
from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.connect import forge_of
from mlops_spec.release.desired import desired
from mlops_spec.release.world import World
from mlops_spec.spec.base import seconds
from mlops_spec.spec.environments import Server
from mlops_spec.system.faults import beneath, fault
from mlops_spec.system.files import write_atomic
from mlops_spec.system.lock import take
from mlops_spec.targets.live import Served
from mlops_spec.targets.registry import target_on
from mlops_spec.targets.target import Host
from mlops_spec.validate.at_commit import elsewhere, spec_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.git import Tree
    from mlops_spec.ledger import Record
    from mlops_spec.release.desired import Desired
    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Comparison, Environment, Rollout
    from mlops_spec.targets.target import Target


@dataclass(frozen=True)
class _Sight:
    """What a pass saw: main and its spec, the checked ledger, and what should be live."""

    world: World
    want: Desired


class Agent:
    """The agent of one environment on this host; there is one per state folder, by lock."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        check_installed()
        self._lock = take(prepared(settings.state) / "agent.lock", f"{settings.state} has an agent already")
        self._settings = settings
        self._say = say
        self._clone = Clone.open(settings.state / "repository.git", settings.repository, settings.run.access)
        self._fetcher = packages(self._clone.git, settings.remote, checkout_of(settings.repository))
        self._store = Store(settings.state / "packages")
        self._answers = Answers(settings.state / "rollouts", settings.environment)
        mine = settings.state / f"claim-{settings.environment}"
        self._claim = Claim(self._clone.git, settings.environment, mine, settings.take_over)
        self._forge = Forge(forge_of(settings.repository, settings.run), say)
        self._git_back = GitBack(settings.environment, self._forge.github, say)

    def close(self) -> None:
        """Lets another agent have the folder."""
        os.close(self._lock)

    def one_pass(self) -> Done:
        """Brings the host one step nearer; what goes wrong is told to `agent.json` too.

        Raises:
            Failure: the remote doesn't answer (69) or something is set up wrongly; what is live stays live.
        """
        try:
            done = self._pass()
        except Failure as failure:
            self._report_if_possible(failure.message)
            raise
        except (OSError, MemoryError) as error:
            broken = fault(error)
            self._report_if_possible(broken.message)
            raise broken from error
        self._write_heartbeat(done, "")
        return done

    def _pass(self) -> Done:
        unreachable = self._fetch()
        main = self._clone.main
        if main is None:
            raise unreachable or Failure("the repository has no default branch", exit_code=Exit.CONFIG)
        spec = spec_at(main)
        environment = self._environment(spec)
        target = target_on(self._host(spec), environment)
        restarted = bool(target.kept()) and target.start()
        target.prune(seconds(spec.governance.retention.predictions))
        if unreachable is not None:
            raise unreachable
        if problem := elsewhere(spec, self._clone.branch):
            raise Failure(
                problem, exit_code=Exit.CONFIG, remedy="make the two the same; until then nothing is deployed"
            )
        world = self._world(main, spec)
        want = desired(world, self._settings.environment)
        if want is None:
            return Done(self._settings.environment, "waiting", reason="nothing was asked for yet")
        done = self._reconcile(target, _Sight(world, want))
        self._store.keep(target.kept())
        if done.action != "none":  # an idle pass has added nothing, and asks the remote no third time
            world = self._world(main, spec)
        done = self._scored(target, world, done)
        self._git_back.look(world)
        if restarted and done.action == "none":
            return replace(done, action="healed", reason="the server was started again")
        return done

    def _host(self, spec: Spec) -> Host:
        settings = self._settings
        return Host(settings.state, spec.model, settings.supervised, key=spec.data.id, storage=spec.storage)

    def _fetch(self) -> Failure | None:
        try:
            self._clone.fetch()
        except Failure as failure:
            if failure.exit_code != Exit.UNAVAILABLE:
                raise
            return failure
        return None

    def _world(self, main: Tree, spec: Spec) -> World:
        records, state = self._clone.ledger()
        return World(self._clone.git, main.commit, spec, records, state.of(spec.model), datetime.now(UTC))

    def _environment(self, spec: Spec) -> Environment:
        name = self._settings.environment
        if name not in spec.environments:
            known = ", ".join(spec.environments) or "none"
            raise Failure(f"model.yaml has no environment `{name}`; it has {known}", exit_code=Exit.CONFIG)
        environment, listen = spec.environments[name], self._settings.listen
        if listen is None or not isinstance(environment, Server):
            return environment
        return environment.model_copy(update={"listen": listen})

    def _reconcile(self, target: Target, sight: _Sight) -> Done:
        intent, want, clock = sight.want.intent, sight.want, Clock()
        if intent is None:
            return self._heal(target, sight)
        clock.hold(sight.world.records)
        if not self._claim.is_held() and self._problem(intent, sight) is None:
            prove(target, self._fetcher, sight.world.commit, lambda: self._package(sight))
        self._claim.hold()
        answer = self._answers.pending(intent)
        if answer is None:
            rolled = self._carry_out(target, intent, sight)
            if rolled.result == "withdrawn":
                return done_for(want, "withdrawn", rolled.reason)
            answer = self._answers.decide(intent, rolled.result, rolled.reason, rolled.steps)
        clock.hold(sight.world.records)  # the answer is decided, and kept until it can be put on record
        if not self._answers.record(self._clone.git, intent, answer):
            return done_for(want, "withdrawn", "somebody else closed the intent; the next pass follows the ledger")
        self._clone.ledger()  # this clone has seen its own answer, and notices should the ledger lose it
        return done_for(want, ACTIONS[answer.result], answer.reason)

    def _carry_out(self, target: Target, intent: Record, sight: _Sight) -> Rolled:
        problem = self._problem(intent, sight)
        if problem is not None:
            return Rolled("failed", problem)
        want, live = sight.want, target.current().stable
        if live is not None and live.digest == want.digest and live.state == "ready":
            return Rolled("succeeded", "it was live already")
        try:
            version = self._package(sight)
        except Failure as failure:
            if beneath(failure).exit_code in {Exit.UNAVAILABLE, Exit.IO}:
                raise
            return Rolled("failed", failure.message)
        return roll_out(
            target,
            version,
            self._rollout(sight),
            wanted=lambda: self._still_wanted(sight),
            say=self._say_and_report,
        )

    def _problem(self, intent: Record, sight: _Sight) -> str | None:
        return refusal(intent, sight.world) or self._forge.objection(sight.world, intent)

    def _rollout(self, sight: _Sight) -> Rollout | Comparison:
        intent, steps = sight.want.intent, sight.world.spec.environments[sight.want.environment].rollout
        back = intent is not None and sight.world.state.goes_back(intent.what)
        return steps.at_once() if back else steps

    def _heal(self, target: Target, sight: _Sight) -> Done:
        want, live = sight.want, target.current()
        if live.stable is not None and live.stable.digest == want.digest:
            target.abort()
            return self._restore_changed_package(target, sight)
        version = self._package(sight)
        self._claim.hold()
        self._say(f"{want.version} should be live and is not")
        target.stage(version)
        target.finish()
        return done_for(want, "healed")

    def _restore_changed_package(self, target: Target, sight: _Sight) -> Done:
        if (changed := self._store.changed((want := sight.want).digest)) is None:
            return done_for(want, "none")
        self._say(f"the package of {want.version} was changed on this host: {changed}")
        self._package(sight)
        target.restart()
        return done_for(want, "healed", f"its package was changed on this host: {changed}")

    def _package(self, sight: _Sight) -> Served:
        return self._fetched(sight.world, sight.want.version, sight.want.digest)

    def _fetched(self, world: World, version: str, digest: str) -> Served:
        tag = world.state.registered[version].what.tag
        assert tag is not None
        path = self._store.ensure(digest, lambda folder: self._fetcher.fetch(tag.target, folder))
        return Served(version, digest, str(path))

    def _scored(self, target: Target, world: World, done: Done) -> Done:
        """Has the live version score what is due, and puts each outcome on record."""
        live, stable = world.state.live.get(done.environment), target.current().stable
        if live is None or stable is None or stable.digest != live.digest:
            return done
        version, since = Served(live.version, live.digest, stable.package), first_live(world, done.environment)
        for scored in target.work(version, since, self._settings.days):
            self._claim.hold()
            put_on_record(self._clone.git, world, live, scored)
            done = after_scoring(done, scored)
            self._say(done.reason)
        return done

    def _still_wanted(self, sight: _Sight) -> bool:
        """Asks the remote again: meanwhile the intent may have been abandoned, or the environment taken over."""
        self._clone.fetch()
        tree = self._clone.main
        assert tree is not None
        now = self._world(tree, sight.world.spec)
        return desired(now, self._settings.environment) == sight.want and self._claim.is_held()

    def _say_and_report(self, line: str) -> None:
        self._say(line)
        self._write_heartbeat(None, "")

    def _report_if_possible(self, problem: str) -> None:
        with suppress(OSError):  # on a full disk the pass's own failure is what matters
            self._write_heartbeat(None, problem)

    def _write_heartbeat(self, done: Done | None, problem: str) -> None:
        report = {
            "pid": os.getpid(),
            "seen": datetime.now(UTC).isoformat(timespec="seconds"),
            "environment": self._settings.environment,
            "last": asdict(done) if done is not None else None,
            "problem": problem,
        }
        write_atomic(self._settings.state / "agent.json", json.dumps(report, indent=1) + "\n")
