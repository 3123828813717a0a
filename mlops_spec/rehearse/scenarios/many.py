"""The scenario `many`: twelve models in one repository, of which a change touches some, and each has its own fate."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mlops_spec import ledger, model_folder
from mlops_spec.regex import regex
from mlops_spec.rehearse import cast, events
from mlops_spec.rehearse.folders import into_folders
from mlops_spec.rehearse.hosts import free_address, wait_until_live
from mlops_spec.rehearse.hub.people import ACTIONS
from mlops_spec.rehearse.proof import audit
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.stage import (
    PRODUCTION,
    STAGING,
    Stage,
    check,
    log,
    merge,
    must,
    only,
    open_pull,
    propose,
    replace_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


NAMES = [f"visits-{number:02}" for number in range(1, 13)]
FIRST, SECOND = "v1.0.0", "v1.1.0"
BETTER, WORSE, BY_SHARED, *_ = NAMES
_STARTER = "visits"
_SHARED = """
[tool.mlops-spec]
owners = ["@{author}", "@{reviewer}"]
branch = "{branch}"
environments.staging.listen = "{staging}"
environments.production.listen = "{production}"
"""
_SCALE = '''"""What several models have in common."""

STRENGTH = 1.0
'''
_CHAMPION = regex(r"  - champion: production.*\n(    .*\n)+")
_ROLLOUT = regex(r"    rollout: .*\n|    listen: .*\n")


def _begin(stage: Stage) -> str:
    world = stage.world
    options = ["--starter", "blank", "--name", _STARTER, "--defaults", "--branch", world.main]
    options += [part for login in (cast.AUTHOR, cast.REVIEWER) for part in ("--owner", f"@{login}")]
    options += ["--remote", str(world.folder / "storage")]
    world.command("new", world.clone.name, *options, directory=world.folder)
    listen = {STAGING: free_address(), PRODUCTION: free_address()}
    _into_folders(stage, listen)
    world.command("render")
    world.author.commit(f"{len(NAMES)} models in one repository")
    world.first_push()
    for environment, address in listen.items():
        stage.hosts.start(environment, address)
    runs = {run.workflow: run for run in world.run_first_push()}
    merged = only([runs["mlops-merge"]], "success")
    must(_registered(stage) == dict.fromkeys(NAMES, FIRST), f"{_registered(stage)} was registered", log(merged))
    for name in NAMES:
        _live(stage, STAGING, name, FIRST)
    opened = [pull for pull in world.hub.pulls() if pull.state == "open"]
    must(len(opened) == len(NAMES), f"{len(opened)} promotions are open", log(merged))
    return f"{len(NAMES)} registered and live in {STAGING}, {len(opened)} promotions open"


def _into_folders(stage: Stage, listen: dict[str, str]) -> None:
    """The one model of the starter becomes many, of which one uses code that several could."""
    clone = stage.world.clone
    shared = _SHARED.format(author=cast.AUTHOR, reviewer=cast.REVIEWER, branch=stage.world.main, **listen)
    into_folders(stage.world.author, _STARTER, NAMES, shared)
    for name in NAMES:
        file = clone / "models" / name / model_folder.SPEC
        spec = file.read_text(encoding="utf-8")
        file.write_text(_ROLLOUT.sub("", _CHAMPION.sub("", spec)), encoding="utf-8")
    (clone / "shared").mkdir()
    (clone / "shared/__init__.py").write_text("", encoding="utf-8")
    (clone / "shared/strength.py").write_text(_SCALE, encoding="utf-8")
    _uses_shared(clone)


def _uses_shared(clone: Path) -> None:
    train = _train(clone, BY_SHARED)
    replace_in(train, "import yaml\n", "import yaml\nfrom shared.strength import STRENGTH\n")
    replace_in(train, "LogisticRegression(**", "LogisticRegression(tol=1e-4 * STRENGTH, **")


def _train(clone: Path, name: str) -> Path:
    return clone / "models" / name / "src" / name.replace("-", "_") / "train.py"


def _propose(stage: Stage) -> str:
    number = propose(stage, "Three models at once", _three, "Two by their code, one by what several share.")
    run = check(stage, number, "failure")
    judged = run.job("Train and gate")
    must(judged.result == "failure", "the required check is not red", log(run))
    said = "\n".join(line for step in judged.steps for line in step.output)
    for name, fine in ((BETTER, True), (BY_SHARED, True), (WORSE, False)):
        told = f"{name}: passes" in said
        must(told == fine, f"the evidence of {name} is taken for {'fine' if told else 'bad'}", log(run))
    trained = [job for job in run.jobs if job.id == "train"]
    must(len(trained) == 3, f"{len(trained)} jobs trained instead of 3", log(run))
    found = [c for c in stage.world.comments(number) if c.user is not None and c.user.login == ACTIONS]
    must(len(found) == 1, f"#{number} has {len(found)} comments of the workflows instead of one")
    return f"3 of {len(NAMES)} train, {WORSE} is stopped, one comment; the required check is red"


def _three(clone: Path) -> None:
    replace_in(_train(clone, BETTER), "LogisticRegression(**", "LogisticRegression(max_iter=200, **")
    worse = _train(clone, WORSE)
    replace_in(worse, ".fit(features, rows[target])", ".fit(features, rows[target].sample(frac=1, random_state=1))")
    replace_in(clone / "shared/strength.py", "STRENGTH = 1.0", "STRENGTH = 0.5")


def _merge_all_the_same(stage: Stage) -> str:
    """An administrator takes the required checks away for a moment: what the gates stop is stopped once more."""
    world, number = stage.world, stage.pull_requests[-1]
    before, kept = len(world.records()), world.hub.settings.rulesets
    world.hub.settings.rulesets = {key: _without_checks(ruleset) for key, ruleset in kept.items()}
    try:
        run = merge(stage, number, "failure")
    finally:
        world.hub.settings.rulesets = kept
    new = world.records()[before:]
    made = [(each.event, each.what.model, each.result) for each in new if each.event in ("register", "gate.outcome")]
    wanted = [("register", BETTER, None), ("register", BY_SHARED, None), ("gate.outcome", WORSE, "fail")]
    must(sorted(made, key=str) == sorted(wanted, key=str), f"on record is {made}", log(run))
    must(_of_one_push(new, wanted), "versions and judgement came in several pushes", log(run))
    for name, version in ((BETTER, SECOND), (BY_SHARED, SECOND), (WORSE, FIRST)):
        _live(stage, STAGING, name, version)
    return f"2 registered and 1 stopped in one push; {STAGING} serves both, and {WORSE} {FIRST} as before"


def _without_checks(ruleset: dict[str, Any]) -> dict[str, Any]:
    return {**ruleset, "rules": [rule for rule in ruleset["rules"] if rule["type"] != "required_status_checks"]}


def _of_one_push(records: tuple[ledger.Record, ...], wanted: list[tuple[str, str, str | None]]) -> bool:
    places = [each.seq for each in records if each.event in ("register", "gate.outcome")]
    return places == list(range(places[0], places[0] + len(wanted)))


def _promote_one(stage: Stage) -> str:
    pull = open_pull(stage, f"mlops/promote-{BETTER}-{PRODUCTION}")
    check(stage, pull.number)
    run = merge(stage, pull.number)
    _live(stage, PRODUCTION, BETTER, SECOND)
    state = ledger.replay(stage.world.records())
    others = [name for name in NAMES if name != BETTER and PRODUCTION in state.of(name).live]
    must(not others, f"{others} went live with it", log(run))
    return f"{BETTER} {SECOND} live in {PRODUCTION}, and no other"


def _race(stage: Stage) -> str:
    """Two merges, of which the second comes before the first one's workflow has begun."""
    pushed = {name: _merged(stage, name) for name in NAMES[3:5]}
    for name, event in pushed.items():
        run = only(stage.world.workflows.dispatch(event), "success")
        must(_registered(stage)[name] == SECOND, f"{name} was not registered", log(run))
        _live(stage, STAGING, name, SECOND)
    newest = _registered(stage)
    must([newest[name] for name in pushed] == [SECOND] * len(pushed), f"{newest} is registered")
    return f"{', '.join(pushed)} registered as {SECOND}, one run after the other"


def _merged(stage: Stage, name: str) -> events.Event:
    """A change of one model is on main; the push that it was has started nothing yet."""
    world = stage.world
    number = propose(stage, f"Change {name}", _longer(name), "It converges more slowly.")
    check(stage, number)
    world.approve(number, cast.REVIEWER)
    before = world.hub.origin.branch(world.main)
    path = f"/repos/{world.repository}/pulls/{number}/merge"
    world.forge(cast.REVIEWER).send("PUT", path, {"merge_method": "squash"}, needs="contents: write")
    return events.push(world.hub, before, world.person(cast.REVIEWER), world.api_url)


def _longer(name: str) -> Callable[[Path], None]:
    return lambda clone: replace_in(_train(clone, name), "LogisticRegression(**", "LogisticRegression(max_iter=300, **")


def _registered(stage: Stage) -> dict[str, str | None]:
    state = ledger.replay(stage.world.records())
    return {name: state.of(name).newest for name in NAMES}


def _live(stage: Stage, environment: str, name: str, version: str) -> None:
    wait_until_live(replace(stage.hosts.by_environment[environment], model=name), version)


SCENES: tuple[Scene[Stage], ...] = (
    Scene(f"{len(NAMES)} models, one repository", _begin, "mlops-merge"),
    Scene("a pull request touches three, and makes one worse", _propose, "mlops-pull-request", stops=True),
    Scene("merged all the same", _merge_all_the_same, "mlops-merge", stops=True),
    Scene("the promotion of one", _promote_one, "mlops-promote"),
    Scene("two merges at once", _race, "mlops-merge"),
    Scene("audit verify", audit),
)
SCENARIO = Scenario("acme/models", SCENES, Stage)
