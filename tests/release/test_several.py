"""Several models of one repository: registered in one push, asked for in another, promoted each by itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.cli.promote import promote_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git, Stale, Update
from mlops_spec.platforms.github.api import statuses
from mlops_spec.platforms.github.matrix import groups_of, matrix_of, spread
from mlops_spec.release.ask import Answer, Decided, Waiting, ask_all, begin_all
from mlops_spec.release.close import close_all
from mlops_spec.release.handed import handed_over
from mlops_spec.release.pending import due, open_due
from mlops_spec.release.promotion import follow
from mlops_spec.release.proof import release_findings
from mlops_spec.release.pushed import pushed
from mlops_spec.release.scored import models_scored
from mlops_spec.release.several import Handed, deployments_after_merge, register_groups
from mlops_spec.release.vouch import vouch_all
from mlops_spec.release.world import look_at_all

from ..bundles import pipeline
from .conftest import ALICE, FOLLOWING, PROMOTED, SPEC, Kept, founded, write_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from mlops_spec.release.register import Registered

    from .conftest import House

NAMES = ("churn", "fraud", "visits")
ROOT = "0" * 40


def spec_of(model: str) -> str:
    return SPEC.replace("model: churn", f"model: {model}").replace(", soak: 1h", "")


def files_of(model: str) -> dict[str, str]:
    spec, folder = spec_of(model), f"models/{model}"
    declared = {"staging": FOLLOWING, "production": PROMOTED}
    deploy = {f"{folder}/deploy/{name}.yaml": text.replace("churn", model) for name, text in declared.items()}
    return {f"{folder}/model.yaml": spec, f"{folder}/dvc.yaml": pipeline(spec), **deploy}


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Three models, each in a folder."""
    with founded(tmp_path_factory.mktemp("three")) as made:
        files = {path: text for model in NAMES for path, text in files_of(model).items()}
        made.commit(files)
        made.git.run("rm", "-q", "model.yaml", "dvc.yaml", "deploy/staging.yaml", "deploy/production.yaml")
        tree = made.git.text("write-tree")
        parent = made.git.commit_id()
        commit = made.git.write_commit(tree, parents=[parent], message="Move", when=made.now)
        made.git.run("push", "--quiet", "origin", f"{commit}:refs/heads/main")
        made.git.run("reset", "--hard", "--quiet", commit)
        yield Kept.of(made, tmp_path_factory.mktemp("kept") / "three")


@pytest.fixture
def house(three: Kept, tmp_path: Path) -> Iterator[House]:
    with three.again(tmp_path) as made:
        yield made


def hand_over(house: House, *models: str, kind: str = "release", group: str = "all", **changed: Any) -> Handed:
    """What the jobs of a group leave of these models."""
    place = house.root / ("dist" if kind == "release" else "judged")
    for model in models:
        folder = place / f"{kind}-{group}" / model
        folder.parent.mkdir(parents=True, exist_ok=True)
        write_bundle(folder, commit=house.git.commit_id(), spec=spec_of(model), **changed)
    return Handed(house.root / "dist", house.root / "judged")


def register(house: House, *models: str, stopped: tuple[str, ...] = ()) -> Registered:
    hand_over(house, *models)
    handed = hand_over(house, *stopped, kind="judged", verdict="fail", auc=0.5)
    groups = {"all": (*models, *stopped)}
    done, lost = register_groups(house.git, groups, handed, who=ALICE, forge=house.github, now=house.now)
    assert not lost
    return done


def decided(house: House, environment: str) -> Callable[[Sequence[str]], dict[str, Decided | Failure]]:
    def decide(asked: Sequence[str]) -> dict[str, Decided | Failure]:
        worlds = look_at_all(house.git, now=house.now)
        found: dict[str, Decided | Failure] = {}
        for tag in asked:
            model, _, version = tag.partition("@")
            try:
                world = worlds.of(model)
                found[tag] = Decided(follow(world, environment, version, None), world.state)
            except Failure as failure:
                found[tag] = failure
        return found

    return decide


def ask(house: House, *tags: str, environment: str = "staging") -> dict[str, Answer | Failure]:
    """Nobody answers."""
    return ask_all(house.git, decided(house, environment), tags, ALICE, Waiting(0), now=house.now)


def stage(house: House, *models: str) -> None:
    """v1.0.0 of these models is live in staging."""
    register(house, *models)
    ask(house, *(f"{model}@v1.0.0" for model in models))
    for intent in ledger.open_intents(house.records()):
        house.answer(intent)


def test_one_push_registers_all_that_passed_and_records_what_was_stopped(house: House) -> None:
    pushes = counted(house)
    done = register(house, "churn", "visits", stopped=("fraud",))

    assert len(pushes()) == 1
    assert [each.record.what.model for each in done.versions] == ["churn", "visits"]
    assert [(candidate.spec.model, record.result) for candidate, record in done.stopped] == [("fraud", "fail")]
    told = [(each.event, each.what.model, each.what.version) for each in house.records()]
    assert told == [("register", "churn", "v1.0.0"), ("register", "visits", "v1.0.0"), ("gate.outcome", "fraud", None)]
    tags = sorted(ref for ref in house.git.remote_refs("refs/tags/*") if not ref.endswith("^{}"))
    assert tags == ["refs/tags/churn@v1.0.0", "refs/tags/visits@v1.0.0"]
    released = house.git.tree("churn@v1.0.0")
    assert released.read("models/churn/release/manifest.json")
    assert released.read("models/visits/release/manifest.json") is None
    assert {each.record.what.tag.name for each in done.versions if each.record.what.tag} == {
        "churn@v1.0.0",
        "visits@v1.0.0",
    }


def test_more_models_start_no_more_processes(house: House, monkeypatch: Any) -> None:
    """All is read by one process of git and written by one, whatever the number of models."""
    begin, started = subprocess.Popen.__init__, []

    def noted(self: Any, *args: Any, **named: Any) -> None:
        started.append(args)
        begin(self, *args, **named)

    monkeypatch.setattr(subprocess.Popen, "__init__", noted)
    handed = hand_over(house, *NAMES)
    counts = []
    for models in (NAMES[:1], NAMES[1:]):
        some = Handed(house.root / models[0], house.root / "judged")
        for model in models:
            shutil.copytree(handed.released / "release-all" / model, some.released / "release-all" / model)
        started.clear()
        register_groups(house.git, {"all": models}, some, who=ALICE, forge=house.github, now=house.now)
        counts.append(len(started))
    assert counts[1] <= counts[0]


def counted(house: House) -> Any:
    """A function that gives what the origin's references were moved by since: one entry a push."""
    hook = house.root / "origin.git/hooks/post-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ncat > /dev/null; echo push >> {house.root}/pushes\n")
    hook.chmod(0o755)
    return lambda: (house.root / "pushes").read_text().splitlines() if (house.root / "pushes").exists() else []


def test_registering_again_finds_what_is_there_and_pushes_nothing(house: House) -> None:
    first = register(house, "churn", "visits", stopped=("fraud",))
    pushes = counted(house)
    handed = Handed(house.root / "dist", house.root / "judged")
    again, _ = register_groups(house.git, {"all": NAMES}, handed, who=ALICE, forge=house.github, now=house.now)

    assert [each.record for each in again.versions] == [each.record for each in first.versions]
    assert not any(each.new for each in again.versions)
    assert [record for _, record in again.stopped] == [record for _, record in first.stopped]
    assert pushes() == []


def test_a_rival_of_one_model_leaves_nothing_of_any(house: House, monkeypatch: Any) -> None:
    """All or nothing, also where only one of the models has a rival."""
    handed = hand_over(house, "churn", "visits")
    other = house.clone("other")
    push, raced = Git.push, []

    def late(git: Git, *updates: Any) -> None:
        if not raced:
            raced.append(True)
            rival = replace(house, git=other.git, root=house.root / "rival")
            rival.root.mkdir()
            other_handed = hand_over(rival, "visits", auc=0.9)
            register_groups(rival.git, {"all": ("visits",)}, other_handed, who=ALICE, forge=house.github, now=house.now)
        push(git, *updates)

    monkeypatch.setattr(Git, "push", late)
    with pytest.raises(Stale, match=r"visits v1\.0\.0 was registered meanwhile"):
        register_groups(house.git, {"all": ("churn", "visits")}, handed, who=ALICE, forge=house.github, now=house.now)
    assert [each.what.model for each in house.records()] == ["visits"]
    assert not house.git.remote_refs("refs/tags/churn@*")


def test_a_group_can_hand_over_its_own_models_alone(house: House) -> None:
    handed = hand_over(house, "churn", group="first")
    hand_over(house, "visits", group="second")
    right = {"first": ("churn",), "second": ("visits",)}
    assert sorted(handed_over(handed.released, "release", right)) == ["churn", "visits"]

    with pytest.raises(Failure, match=r"release-second/visits is of no model of its group, which has fraud"):
        handed_over(handed.released, "release", {"first": ("churn",), "second": ("fraud",)})
    with pytest.raises(Failure, match="release-second is of no group of the plan"):
        handed_over(handed.released, "release", {"first": ("churn", "visits")})


def test_a_bundle_of_another_model_under_a_name_is_refused(house: House) -> None:
    handed = hand_over(house, "churn")
    (handed.released / "release-all/churn").rename(handed.released / "release-all/visits")
    with pytest.raises(Failure, match="is 'churn', the spec at that commit is of 'visits'"):
        register_groups(house.git, {"all": ("visits",)}, handed, who=ALICE, forge=house.github, now=house.now)
    assert house.records() == ()


def test_a_model_of_which_nothing_came_is_told(house: House) -> None:
    handed = hand_over(house, "churn")
    done, lost = register_groups(
        house.git, {"all": ("churn", "fraud")}, handed, who=ALICE, forge=house.github, now=house.now
    )
    assert (len(done.versions), lost) == (1, ("fraud",))


def test_environments_that_follow_get_all_versions_at_once(house: House) -> None:
    done = register(house, "churn", "visits")
    (job,) = deployments_after_merge(house.git, done)
    digests = " ".join(each.record.what.package.digest for each in done.versions if each.record.what.package)
    versions = {"versions": "churn@v1.0.0 visits@v1.0.0", "digests": digests}
    assert job == {"environment": "staging", **versions, "wait": "15m", "minutes": 30}


def test_intents_of_several_models_go_in_one_push_and_each_has_its_own_outcome(house: House) -> None:
    register(house, "churn", "visits")
    pushes = counted(house)
    answers = ask(house, "churn@v1.0.0", "visits@v1.0.0", "fraud@v1.0.0")

    assert len(pushes()) == 1
    intents = {each.what.model: each for each in ledger.open_intents(house.records())}
    assert intents.keys() == {"churn", "visits"}
    assert "was never registered" in str(answers["fraud@v1.0.0"])
    house.answer(intents["churn"])
    house.answer(intents["visits"], "rolled-back", "p99 too long")
    again = ask(house, "churn@v1.0.0")
    assert again == {"churn@v1.0.0": Answer()}


def test_a_run_closes_whatever_it_left_open(house: House) -> None:
    register(house, "churn", "visits")
    ask(house, "churn@v1.0.0", "visits@v1.0.0")
    closed = close_all(house.git, ALICE)
    assert [(each.what.model, each.result) for each in closed] == [("churn", "abandoned"), ("visits", "abandoned")]
    assert ledger.open_intents(house.records()) == ()


def test_due_promotions_are_opened_one_for_each_model(house: House) -> None:
    stage(house, "churn", "visits")
    paused: list[float] = []
    done = open_due(look_at_all(house.git, now=house.now), house.github(), sleep=paused.append)

    assert [(pull.title, pull.head) for pull in reversed(house.hub.pulls())] == [
        ("Promote churn v1.0.0 to production", "mlops/promote-churn-production"),
        ("Promote visits v1.0.0 to production", "mlops/promote-visits-production"),
    ]
    assert len(done.proposals) == len(paused) == 2
    assert min(paused) >= 60 / 80  # GitHub's limit of what makes something


def test_what_one_run_may_not_open_any_more_the_next_one_does(house: House) -> None:
    stage(house, "churn", "visits")
    worlds = look_at_all(house.git, now=house.now)
    first = open_due(worlds, house.github(), sleep=lambda _: None, most=1)
    assert [each.named for each in first.left] == ["visits@v1.0.0 to production"]
    open_due(worlds, house.github(), sleep=lambda _: None)
    assert len(house.hub.pulls()) == 2


def test_a_promotion_that_was_closed_is_not_asked_for_again(house: House) -> None:
    stage(house, "churn")
    worlds = look_at_all(house.git, now=house.now)
    open_due(worlds, house.github(), sleep=lambda _: None)
    house.hub.pulls()[0].state = "closed"
    open_due(worlds, house.github(), sleep=lambda _: None)
    assert [pull.state for pull in house.hub.pulls()] == ["closed"]


def test_promoting_one_model_leaves_the_other(house: House) -> None:
    stage(house, "churn", "visits")
    before = house.git.commit_id()
    open_due(look_at_all(house.git, now=house.now), house.github(), sleep=lambda _: None)
    merge(house, "mlops/promote-churn-production")
    worlds = look_at_all(house.git, now=house.now)

    found = pushed(worlds, before, house.github)
    assert [(each.world.spec.model, each.environment) for each in found] == [("churn", "production")]
    assert [each.named for each in due(worlds)] == ["visits@v1.0.0 to production"]


def opened(house: House) -> dict[str, str]:
    """The heads of the open promotions of two models, by branch."""
    stage(house, "churn", "visits")
    open_due(look_at_all(house.git, now=house.now), house.github(), sleep=lambda _: None)
    refs = house.git.remote_refs("refs/heads/mlops/promote-*")
    return {ref.removeprefix("refs/heads/"): commit for ref, commit in refs.items()}


def states_of(house: House, commit: str) -> set[str]:
    return {each.state for each in statuses.of_commit(house.github(), commit)}


def test_every_open_promotion_is_checked_and_one_that_changes_more_holds_up_no_other(house: House) -> None:
    heads = opened(house)
    ref = "refs/heads/mlops/promote-visits-production"
    tree = house.git.write_tree(heads["mlops/promote-visits-production"], {"models/churn/model.yaml": b"spec: 1\n"})
    parent = heads["mlops/promote-visits-production"]
    more = house.git.write_commit(tree, parents=[parent], message="more", when=house.now)
    house.git.push(Update(ref, more, parent))
    paused: list[float] = []

    done = vouch_all(look_at_all(house.git, now=house.now), house.github(), sleep=paused.append)

    assert {branch: each.problem for branch, each in done.items()} == {
        "mlops/promote-churn-production": None,
        "mlops/promote-visits-production": "it changes models/churn/model.yaml too",
    }
    assert states_of(house, heads["mlops/promote-churn-production"]) == {"success"}
    assert states_of(house, more) == {"failure"}
    assert len(paused) == 2


def test_without_an_environment_the_command_checks_those_of_all_models(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(house)
    own = {"GITHUB_TOKEN": "bot-token", "GITHUB_REPOSITORY": "acme/churn", "GITHUB_API_URL": house.api}
    for name, value in (own | {"GITHUB_SERVER_URL": "https://github.com"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("time.sleep", lambda _: None)

    code = promote_command.main(["check", "-C", str(house.git.directory)], standalone_mode=False)

    assert (code, capsys.readouterr().out.splitlines()) == (
        Exit.OK,
        ["mlops/promote-churn-production: success", "mlops/promote-visits-production: success"],
    )


def test_an_environment_whose_name_begins_as_a_model_does_is_told_from_it(house: House) -> None:
    """`mlops/promote-churn-eu-production` may be of `churn` and `eu-production`; only what a spec has counts."""
    heads = opened(house)
    house.git.push(Update("refs/heads/mlops/promote-churn-eu-production", next(iter(heads.values())), None))

    done = vouch_all(look_at_all(house.git, now=house.now), house.github(), sleep=lambda _: None)

    assert {*done} == {*heads}


def merge(house: House, branch: str) -> None:
    house.git.fetch(f"+refs/heads/{branch}:refs/remotes/origin/{branch}")
    commit = house.git.commit_id(f"refs/remotes/origin/{branch}")
    house.git.run("push", "--quiet", "origin", f"{commit}:refs/heads/main")
    house.git.run("reset", "--hard", "--quiet", commit)


def test_a_matrix_is_read_strictly() -> None:
    entries = [{"group": "churn+1", "models": "churn fraud"}, {"group": "visits", "models": "visits"}]
    assert groups_of(matrix_of(entries)) == {"churn+1": ("churn", "fraud"), "visits": ("visits",)}
    assert groups_of("") == {}
    assert matrix_of([]) == ""
    for text, said in {
        "[": "not JSON",
        '{"include": {}}': "no list",
        '{"include": [{"group": "../x", "models": "churn"}]}': "a group has no name",
        '{"include": [{"group": "a", "models": ""}]}': "no models",
        '{"include": [{"group": "a", "models": "$(id)"}]}': "is no name of a model",
        json.dumps({"include": [{"group": "a", "models": "x"}, {"group": "b", "models": "x"}]}): "x stands in two",
    }.items():
        with pytest.raises(Failure, match=said) as refused:
            groups_of(text)
        assert refused.value.exit_code == Exit.FINDINGS


def test_models_are_found_where_they_lie(house: House) -> None:
    worlds = look_at_all(house.git, now=house.now)
    assert worlds.folders == {model: PurePosixPath("models", model) for model in NAMES}
    with pytest.raises(Failure, match="has no model 'nobody'"):
        worlds.of("nobody")


def test_releases_are_verified_from_the_root_wherever_their_models_lie(house: House) -> None:
    register(house, "churn", "visits")
    assert list(release_findings(house.git, house.records())) == []


NIGHTLY = """\
  nightly:
    target: batch
    after: merge
    input: s3://acme/in/{date}/*.parquet
    output: s3://acme/%s/{date}/
    schedule: "20 2 * * *"
    runner: ubuntu-24.04
"""


def score_by_night(house: House, *models: str) -> None:
    """These models have an environment that a workflow scores; they follow what is merged."""
    for model in models:
        declared = FOLLOWING.replace("staging", "nightly").replace("churn", model)
        spec = spec_of(model) + NIGHTLY % model
        house.commit({f"models/{model}/model.yaml": spec, f"models/{model}/deploy/nightly.yaml": declared})


def test_a_workflow_scores_the_models_that_have_its_environment(house: House) -> None:
    score_by_night(house, "churn", "fraud")
    asked = matrix_of([{"environment": "nightly", "versions": "fraud@v1.0.0 visits@v1.0.0"}])
    promoted = matrix_of([{"environment": "staging", "model": "fraud", "version": "fraud@v1.0.0"}])

    assert models_scored(house.git, "nightly", (), "") == ("churn", "fraud")
    assert models_scored(house.git, "nightly", ("fraud", "visits"), "") == ("fraud",)
    assert models_scored(house.git, "nightly", (), asked) == ("fraud",)
    assert models_scored(house.git, "nightly", (), promoted) == ()
    assert models_scored(house.git, "staging", (), "") == ()
    with pytest.raises(Failure, match="has no model 'nobody'"):
        models_scored(house.git, "nightly", ("nobody",), "")
    with pytest.raises(Failure, match="is no name of a model"):
        models_scored(house.git, "nightly", (), asked.replace("fraud@", "$(id)@"))


def test_its_jobs_are_no_more_than_a_matrix_may_have() -> None:
    assert spread((), 256) == []
    assert spread(("a", "b"), 256) == [("a",), ("b",)]
    assert spread(("a", "b", "c"), 2) == [("a", "c"), ("b",)]


def test_no_job_waits_where_a_workflow_scores(house: House) -> None:
    score_by_night(house, "churn")
    hand_over(house, "visits")
    bundle = house.root / "dist/release-all/churn"
    write_bundle(bundle, commit=house.git.commit_id(), spec=spec_of("churn") + NIGHTLY % "churn")
    handed = Handed(house.root / "dist", house.root / "judged")
    done, _ = register_groups(
        house.git, {"all": ("churn", "visits")}, handed, who=ALICE, forge=house.github, now=house.now
    )

    jobs = {job["environment"]: (job["wait"], job["minutes"]) for job in deployments_after_merge(house.git, done)}

    assert jobs == {"staging": ("15m", 30), "nightly": ("", 15)}


def test_intents_are_left_to_the_pass_that_follows(house: House) -> None:
    register(house, "churn", "visits")
    deciding = decided(house, "staging")

    begun = begin_all(house.git, deciding, ("churn@v1.0.0", "fraud@v1.0.0"), ALICE, Waiting(0))

    (intent,) = ledger.open_intents(house.records())
    assert begun["churn@v1.0.0"] == intent
    assert "was never registered" in str(begun["fraud@v1.0.0"])
    house.answer(intent)
    assert begin_all(house.git, deciding, ("churn@v1.0.0",), ALICE, Waiting(0)) == {"churn@v1.0.0": None}
