"""One model's part of a pass: look at what main, the ledger and the host say of it, and bring them one step nearer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec.deploy.admission import refusal
from mlops_spec.deploy.claim import Claim
from mlops_spec.deploy.clock import Clock
from mlops_spec.deploy.git_back import GitBack
from mlops_spec.deploy.outcome import Answers
from mlops_spec.deploy.passes import ACTIONS, Done, done_for
from mlops_spec.deploy.preflight import checkout_of, prove
from mlops_spec.deploy.rollout import Rolled, roll_out
from mlops_spec.deploy.scored import after_scoring, first_live, put_on_record
from mlops_spec.engines.packages import packages, refuse_empty_keys
from mlops_spec.errors import Exit, Failure
from mlops_spec.model_folder import SPEC
from mlops_spec.release.desired import desired
from mlops_spec.release.world import World
from mlops_spec.repository.models import name_in
from mlops_spec.repository.names import names_at
from mlops_spec.spec.base import seconds
from mlops_spec.spec.environments import Batch
from mlops_spec.system.faults import beneath
from mlops_spec.targets.live import Served
from mlops_spec.targets.registry import target_on
from mlops_spec.targets.target import Asked
from mlops_spec.validate.at_commit import elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from mlops_spec.deploy.clone import Clone
    from mlops_spec.deploy.confirmed import Forge
    from mlops_spec.deploy.found import Found
    from mlops_spec.deploy.passes import Settings
    from mlops_spec.deploy.store import Store
    from mlops_spec.git import Git, Tree
    from mlops_spec.ledger import Record
    from mlops_spec.release.desired import Desired
    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Comparison, Environment, Rollout
    from mlops_spec.targets.target import Host, Target


@dataclass(frozen=True)
class Shared:
    """What the agent of a host has once, for all its models; `looking_on` lets others work meanwhile."""

    settings: Settings
    clone: Clone
    store: Store
    forge: Forge
    say: Callable[[str], None]
    looking_on: Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class _Sight:
    """What a look saw: main and its spec, the checked ledger, and what should be live."""

    world: World
    want: Desired


@dataclass
class OneModel:
    """The agent of one model in one environment on this host."""

    shared: Shared
    host: Host
    _claim: Claim = field(init=False)
    _answers: Answers = field(init=False)
    _git_back: GitBack = field(init=False)

    def __post_init__(self) -> None:
        environment, home, clone = self.shared.settings.environment, self.host.home, self.shared.clone
        mine, name = home / f"claim-{environment}", self.host.name
        self._claim = Claim(clone.git, environment, mine, self.shared.settings.take_over, name)
        self._answers = Answers(home / "rollouts", environment)
        self._git_back = GitBack(environment, self.shared.forge.github, self.shared.say)

    @property
    def asks_again(self) -> bool:
        """Whether a pull request is due that the forge did not take."""
        return self._git_back.is_due

    def keep_up(self, environment: Environment) -> bool:
        """Starts what serves where it ended, whatever the remote says."""
        target = self._target(environment)
        return bool(target.kept()) and target.start()

    def prune(self, environment: Environment, spec: Spec) -> None:
        """Removes predictions that are kept no longer."""
        self._target(environment).prune(seconds(spec.governance.retention.predictions))

    def differs(self, environment: Environment, live: Done) -> bool:
        """Whether what is live on this host is not what the last look left there, or is not whole any more."""
        if live.digest is None:
            return False
        now = self._target(environment).current().stable
        return now is None or now.digest != live.digest or self.shared.store.changed(live.digest) is not None

    def retire(self, environment: Environment) -> None:
        """Ends serving the model."""
        self._target(environment).retire()

    def look(self, found: Found, environment: Environment, main: Tree) -> Done:
        """Brings the host one step nearer to what is wanted of the model.

        Raises:
            Failure: the remote doesn't answer (69) or something is set up wrongly; what is live stays live.
        """
        spec = found.valid
        if problem := elsewhere(spec, self.shared.clone.branch):
            raise Failure(
                problem, exit_code=Exit.CONFIG, remedy="make the two the same; until then nothing is deployed"
            )
        if isinstance(environment, Batch):
            refuse_empty_keys(spec)
        git = replace(self.shared.clone.git, folder=found.folder)
        target, world = self._target(environment), self._world(git, main, spec)
        want = desired(world, self.shared.settings.environment)
        if want is None:
            return Done(self.shared.settings.environment, "waiting", reason="nothing was asked for yet")
        done = self._reconcile(target, _Sight(world, want))
        if done.action != "none":  # an idle pass has added nothing, and asks the remote no third time
            world = self._world(git, main, spec)
        done = self._scored(target, world, done)
        self._git_back.look(world)
        return done

    def _target(self, environment: Environment) -> Target:
        return target_on(self.host, environment)

    def _world(self, git: Git, main: Tree, spec: Spec) -> World:
        records, state = self.shared.clone.ledger()
        return World(git, main.commit, spec, records, state.of(spec.model), datetime.now(UTC))

    def _reconcile(self, target: Target, sight: _Sight) -> Done:
        intent, want, clock = sight.want.intent, sight.want, Clock()
        if intent is None:
            return self._heal(target, sight)
        clock.hold(sight.world.records)
        if not self._claim.is_held() and self._problem(intent, sight) is None:
            commit = sight.world.commit
            prove(target, packages(sight.world.git, *self._remote), commit, lambda: self._package(sight))
        self._claim.hold()
        answer = self._answers.pending(intent)
        if answer is None:
            rolled = self._carry_out(target, intent, sight)
            if rolled.result == "withdrawn":
                return done_for(want, "withdrawn", rolled.reason)
            answer = self._answers.decide(intent, rolled.result, rolled.reason, rolled.steps)
        clock.hold(sight.world.records)  # the answer is decided, and kept until it can be put on record
        if not self._answers.record(sight.world.git, intent, answer):
            return done_for(want, "withdrawn", "somebody else closed the intent; the next pass follows the ledger")
        self.shared.clone.ledger()  # this clone has seen its own answer, and notices should the ledger lose it
        return done_for(want, ACTIONS[answer.result], answer.reason)

    def _carry_out(self, target: Target, intent: Record, sight: _Sight) -> Rolled:
        problem = self._problem(intent, sight)
        if problem is not None:
            return Rolled("failed", problem)
        want, live = sight.want, target.current().stable
        if live is not None and live.digest == want.digest and live.state in {"ready", "unloaded"}:
            return Rolled("succeeded", "it was live already")
        try:
            version = self._package(sight)
        except Failure as failure:
            if beneath(failure).exit_code in {Exit.UNAVAILABLE, Exit.IO}:
                raise
            return Rolled("failed", failure.message)
        self._recall(target, sight)
        steps, wanted = self._rollout(sight), lambda: self._still_wanted(sight)
        with self.shared.looking_on():
            return roll_out(target, version, steps, wanted=wanted, say=self._say)

    def _recall(self, target: Target, sight: _Sight) -> None:
        """Brings back what the ledger says is live, where this host is new: else nothing could be compared with it."""
        live = sight.world.state.live.get(sight.want.environment)
        if live is None or target.current().stable is not None:
            return
        try:
            target.stage(self._fetched(sight.world, live.version, live.digest))
            target.finish()
        except Failure as failure:
            if beneath(failure).exit_code in {Exit.UNAVAILABLE, Exit.IO}:
                raise
            self._say(f"{live.version} can't be brought back, and nothing is compared with it: {failure.message}")

    def _problem(self, intent: Record, sight: _Sight) -> str | None:
        return refusal(intent, sight.world) or self.shared.forge.objection(sight.world, intent)

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
        with self.shared.looking_on():
            target.stage(version)
            target.finish()
        return done_for(want, "healed")

    def _restore_changed_package(self, target: Target, sight: _Sight) -> Done:
        if (changed := self.shared.store.changed((want := sight.want).digest)) is None:
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
        commit, git = tag.target, world.git

        def fetch(folder: Path) -> None:
            packages(_as_released(git, commit, world.spec.model), *self._remote).fetch(commit, folder)

        return Served(version, digest, str(self.shared.store.ensure(digest, fetch)))

    def _scored(self, target: Target, world: World, done: Done) -> Done:
        """Has the live version score what is due, and puts each outcome on record."""
        live, stable = world.state.live.get(done.environment), target.current().stable
        if live is None or stable is None or stable.digest != live.digest:
            return done
        version, first = Served(live.version, live.digest, stable.package), first_live(world, done.environment)
        for scored in target.work(version, first, Asked(self.shared.settings.days, self.shared.settings.since)):
            self._claim.hold()
            put_on_record(world.git, world, live, scored)
            done = after_scoring(done, scored)
            self._say(done.reason)
        return done

    @property
    def _remote(self) -> tuple[str | None, Path | None]:
        settings = self.shared.settings
        return settings.remote, checkout_of(settings.repository)

    def _still_wanted(self, sight: _Sight) -> bool:
        """Asks the remote again: meanwhile the intent may have been abandoned, or the environment taken over."""
        self.shared.clone.fetch()
        tree = self.shared.clone.main
        assert tree is not None
        now = self._world(sight.world.git, tree, sight.world.spec)
        return desired(now, self.shared.settings.environment) == sight.want and self._claim.is_held()

    def _say(self, line: str) -> None:
        self.shared.say(f"{self.host.name}: {line}" if self.host.name else line)


def _as_released(git: Git, commit: str, model: str) -> Git:
    """The repository as opened where the model lay when that commit was made: its folder may have moved since."""
    if name_in(git.here(commit).read(SPEC) or b"") == model:
        return git
    return replace(git, folder=names_at(git.tree(commit)).get(model, git.folder))
