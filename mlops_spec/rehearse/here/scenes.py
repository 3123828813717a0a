"""The steps for the user's own repository: its branch is merged, or pushed first, and promoted from there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.engines import objects
from mlops_spec.rehearse import proof, stage, verdicts
from mlops_spec.rehearse.here.copied import LEDGER, copied, others
from mlops_spec.rehearse.here.people import enrol
from mlops_spec.rehearse.hosts import wait_until_live
from mlops_spec.rehearse.merge import merge_pull
from mlops_spec.rehearse.scenario import Scenario, Scene, Unexpected
from mlops_spec.rehearse.stage import Stage, open_pull
from mlops_spec.spec.environments import Server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mlops_spec.git import Git
    from mlops_spec.rehearse.here.checkout import Checkout
    from mlops_spec.rehearse.hosts import Hosts
    from mlops_spec.rehearse.run import Run
    from mlops_spec.rehearse.world import World
    from mlops_spec.spec import Spec
    from mlops_spec.spec.environments import Environment

_MERGE, _PULL_REQUEST = "mlops-merge", "mlops-pull-request"
_BRANCH = "rehearsal"  # of what was edited on the default branch itself
_PATIENCE = 180.0  # seconds until a version that has no rival must be live
_SHOWN = 3  # names of edits that are told


@dataclass
class Here(Stage):
    """The stage of one repository: its sides, and who reviews."""

    checkout: Checkout = field(kw_only=True)
    reviewers: tuple[str, ...] = ()
    head: str = ""
    followed: dict[str, bool] = field(default_factory=dict)  # environment → whether a version was live there before

    def approve(self, number: int) -> None:
        for login in self.reviewers:
            self.world.approve(number, login)

    def merge(self, number: int) -> list[Run]:
        """Everybody approves, the first of them merges."""
        self.approve(number)
        return merge_pull(self.world, number, self.reviewers[0])


def scenario(checkout: Checkout) -> Scenario[Here]:
    """What there is to play; a repository without a change to propose begins with its first push."""
    spec = checkout.spec
    change = _proposing(checkout) if checkout.proposes else [Scene("first push", _push, _MERGE)]
    scenes: list[Scene[Here]] = [
        Scene(f"a copy of {checkout.root.name}", _begin),
        *change,
        *_environment_scenes(spec),
        Scene("audit verify", proof.audit),
    ]
    return Scenario(
        checkout.repository,
        tuple(scenes),
        lambda world, hosts: _stage(world, hosts, checkout),
        branch=checkout.default,
    )


def _stage(world: World, hosts: Hosts, checkout: Checkout) -> Here:
    return Here(world, hosts, checkout=checkout)


def _proposing(checkout: Checkout) -> list[Scene[Here]]:
    return [
        Scene(f"pull request #1 “{_title(checkout)}”", _propose, _PULL_REQUEST),
        Scene("#1 approved and merged", _merge, _MERGE),
    ]


def _title(checkout: Checkout) -> str:
    ahead = not checkout.git.is_ancestor(checkout.head, checkout.base)
    return checkout.git.text("show", "--no-patch", "--format=%s", "HEAD") if ahead else "What was edited here"


def _environment_scenes(spec: Spec) -> Iterator[Scene[Here]]:
    waiting = dict(spec.environments)
    known = {"merge"}
    while ready := [name for name, each in waiting.items() if each.after in known]:
        for name in ready:
            each = waiting.pop(name)
            known.add(name)
            if each.after != "merge":
                title = f"promotion to {name}, approved and merged"
                yield Scene(title, _promotion(name, each), f"mlops-promote-{name}")
            yield Scene(f"agent {name}", _agent(name, each), part="servers")


def _begin(here: Here) -> str:
    world, checkout = here.world, here.checkout
    storage, main = world.folder / "storage", checkout.default
    author = {name: value for name, value in world.author.environment.items() if name.startswith("GIT_")}
    sides = copied(checkout, world.clone, storage, author)
    here.head = sides.head if checkout.proposes else ""
    git = sides.git
    here.reviewers = enrol(world.hub, git.tree(sides.base), checkout.spec)
    files = _bring_data(git, sides.base, sides.head, checkout, storage)
    git.run("checkout", "--quiet", "--force", "-B", main, sides.base)
    ledger = [f"{LEDGER}:refs/heads/{layout.LEDGER_BRANCH}"] if git.resolve(LEDGER) else []
    world.push_first(main, "refs/tags/*:refs/tags/*", *ledger)
    for name in checkout.spec.environments:
        here.followed[name] = bool(ledger)
        here.hosts.start(name, None, *(["--take-over"] if ledger else []))
    return _told(here, files)


def _bring_data(git: Git, base: str, head: str, checkout: Checkout, storage: Path) -> int:
    tags = [f"refs/tags/{tag.name}" for tag in git.tags(f"{checkout.spec.model}@*")]
    trees = [git.tree(revision) for revision in dict.fromkeys((base, head, *tags))]
    wanted = [each for tree in trees for each in (*objects.tracked(tree), *objects.made(tree))]
    return objects.copy(dict.fromkeys(wanted), objects.places(checkout.root), storage)


def _told(here: Here, files: int) -> str:
    checkout = here.checkout
    edits = [str(path) for path in checkout.edits]
    more = f" and {len(edits) - _SHOWN} more" if len(edits) > _SHOWN else ""
    left = others(checkout.root)
    told = [
        f"{checkout.default} at {checkout.base[:7]}",
        f"with {len(edits)} edits that no commit has ({', '.join(edits[:_SHOWN])}{more})" if edits else "as committed",
        f"{files} files of data copied, its storage is a folder here",
        f"not played: {', '.join(left)}" if left else "",
    ]
    return ", ".join(filter(None, told))


def _propose(here: Here) -> str:
    world, checkout = here.world, here.checkout
    branch = checkout.branch if checkout.branch not in ("", checkout.default) else _BRANCH
    world.git.run("checkout", "--quiet", "--force", "-B", branch, here.head)
    number = world.propose(branch, _title(checkout), "As it would be proposed.").number
    here.pull_requests.append(number)
    run = _successful_run(world.run_checks(number), _PULL_REQUEST)
    trained = any(job.result == "success" and "train" in job.id for job in run.jobs) and run.output("trains") != "false"
    return f"plan, train, {verdicts.passed(run)}" if trained else "plan; nothing that a model depends on changed"


def _merge(here: Here) -> str:
    return _registered(here, here.merge(here.pull_requests[-1]))


def _push(here: Here) -> str:
    return _registered(here, here.world.run_first_push())


def _registered(here: Here, runs: list[Run]) -> str:
    here.version = _successful_run(runs, _MERGE).output("version") or ""
    return f"{here.version} registered" if here.version else "no version: nothing that a model depends on changed"


def _promotion(name: str, environment: Environment) -> Callable[[Here], str]:
    def play(here: Here) -> str:
        if not here.version:
            return "nothing to promote"
        if environment.promote.soak:
            return f"not played: the version must have lived in {environment.after} for {environment.promote.soak}"
        pull = open_pull(here, f"mlops/promote-{name}")
        _successful_run(here.world.run_checks(pull.number), _PULL_REQUEST)
        _successful_run(here.merge(pull.number), f"mlops-promote-{name}")
        return f"#{pull.number} “{pull.title}” approved by {' and '.join(here.reviewers)} and merged"

    return play


def _agent(name: str, environment: Environment) -> Callable[[Here], str]:
    def play(here: Here) -> str:
        if not here.version or environment.promote.soak:
            return "nothing new to serve"
        if not isinstance(environment, Server):
            return "asked for; not played: it scores what is delivered"
        if here.followed[name] and environment.rollout.lasts:
            watch = environment.rollout.watch
            return f"asked for; not waited for: each canary step is watched for {watch}, by real requests"
        host = here.hosts.by_environment[name]
        wait_until_live(host, here.version, _PATIENCE)
        return f"{here.version} live at {host.url}"

    return play


def _successful_run(runs: list[Run], workflow: str) -> Run:
    for run in runs:
        if run.result != "success":
            stage.only([run], "success")
    found = [run for run in runs if run.workflow == workflow]
    if not found:
        raise Unexpected(f"{workflow} was not started: {', '.join(run.workflow for run in runs) or 'nothing was'}")
    if not found[0].jobs:
        raise Unexpected(f"{workflow} ran no job", stage.log(found[0]))
    return found[0]
