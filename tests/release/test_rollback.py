"""Going back: at once, by pull request, by `git revert`, and by what the monitor and the agent propose."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click
import pytest

from mlops_spec import ledger
from mlops_spec.cli.rollback import rollback_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Stale
from mlops_spec.ledger import Draft
from mlops_spec.ledger.record import Package, What, Why
from mlops_spec.platforms.github.api import pulls
from mlops_spec.release.ask import Waiting, ask
from mlops_spec.release.declared import Declared, declared_in
from mlops_spec.release.desired import desired
from mlops_spec.release.promotion import Wish, promote
from mlops_spec.release.propose import propose
from mlops_spec.release.revoke import revoke
from mlops_spec.release.rollback import Back, newest_main, roll_back, version_back
from mlops_spec.release.set_back import propose_back, set_back
from mlops_spec.release.world import look

from .conftest import ALICE, FOLLOWING, Kept

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.ledger import Record
    from mlops_spec.release.publish import Proposal

    from .conftest import House

BACK = Back("production", "Scores of under-25s dropped")


def declared(house: House) -> Declared:
    house.pull()
    said = declared_in(house.git.tree(), "production")
    assert isinstance(said, Declared)
    return said


def merge(house: House, number: int | None, *, approved: bool = True) -> None:
    assert number is not None
    path = f"/repos/acme/churn/pulls/{number}"
    if approved:
        house.github("bob").send("POST", f"{path}/reviews", {"event": "APPROVE"}, needs="pull-requests: write")
    house.github("carol").send("PUT", f"{path}/merge", {}, needs="contents: write")
    house.pull()


def wish(house: House) -> Wish:
    found = promote(look(house.git, now=house.now), "production", house.github)
    assert found is not None
    return found


def asked(house: House) -> Record:
    """Production's workflow asks for what main declares; nobody answers yet."""
    with pytest.raises(Failure, match="is still open"):
        ask(house.git, lambda: wish(house), ALICE, Waiting(0), now=house.now)
    return ledger.open_intents(house.records())[-1]


def promoted(house: House, version: str, result: str = "succeeded") -> None:
    done = propose(house.git, house.github(), "production", version, now=house.now)
    merge(house, done.pull_request)
    house.answer(asked(house), result, "at 10 %: 5 requests failed" if result != "succeeded" else "")


def live(house: House) -> tuple[str, int]:
    found = ledger.live(house.records(), "churn", "production")
    assert found
    return found.version, found.serial


def revert(house: House) -> None:
    """`git revert` of the newest commit on main that changed production's file, merged after a review."""
    house.pull()
    git = house.git
    commit = git.text("log", "-1", "--first-parent", "--format=%H", "HEAD", "--", "deploy/production.yaml")
    mainline = ["-m", "1"] if len(git.text("show", "--no-patch", "--format=%P", commit).split()) > 1 else []
    who = ["-c", "user.name=alice", "-c", "user.email=101+alice@users.noreply.github.com"]
    git.run("checkout", "--quiet", "-b", "revert")
    git.run(*who, "revert", "--no-edit", *mainline, commit)
    git.run("push", "--quiet", "--force", "origin", "revert:revert")
    git.run("checkout", "--quiet", "main")
    git.run("branch", "--quiet", "-D", "revert")
    pull = pulls.create(house.github("alice"), title="Revert it", head="revert", base="main", body="It was worse.")
    merge(house, pull.number)


def next_version(house: House, *, code: int = 3, version: str = "v1.2.0") -> None:
    """A further version has been live in staging for two hours."""
    house.commit({"src/a.py": f"{code}\n"})
    house.register(code=code)
    house.stage(version)
    house.later(hours=2)


@pytest.fixture(scope="module")
def two_once(staged_once: Kept, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    with staged_once.again(tmp_path_factory.mktemp("two")) as made:
        promoted(made, "v1.0.0")
        next_version(made, code=2, version="v1.1.0")
        promoted(made, "v1.1.0")
        yield Kept.of(made, tmp_path_factory.mktemp("kept") / "two")


@pytest.fixture
def two(two_once: Kept, tmp_path: Path) -> Iterator[House]:
    """Production had v1.0.0 and has v1.1.0, serial 2."""
    with two_once.again(tmp_path) as made:
        yield made


def test_at_once_it_is_on_record_and_wanted_whatever_main_says(two: House) -> None:
    version, intent = roll_back(two.git, BACK, ALICE, now=two.now)

    assert intent
    assert (version, intent.event, intent.what.serial, intent.what.base_serial) == ("v1.0.0", "rollback.intent", 3, 2)
    assert intent.what.from_
    assert intent.what.from_.version == "v1.1.0"
    assert intent.why == Why(kind="rollback", text="Scores of under-25s dropped")
    found = desired(look(two.git), "production")
    assert found
    assert (found.version, found.intent) == ("v1.0.0", intent)
    assert roll_back(two.git, BACK, ALICE, now=two.now) == (version, intent)  # asked twice, recorded once
    outcome = two.answer(intent)
    assert (outcome.event, live(two)) == ("rollback.outcome", ("v1.0.0", 3))


def test_only_what_still_is_what_was_registered_is_gone_back_to(two: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wrote the record wrote another judgement than the release commit holds, which the one verifier finds."""
    records = two.records()
    first = next(each for each in records if each.what.version == "v1.0.0" and each.why and each.why.gates)
    assert first.why
    gates = tuple(replace(each, value=0.99) if each.id == "roc_auc" else each for each in first.why.gates)
    forged = replace(first, why=replace(first.why, gates=gates))
    with monkeypatch.context() as patched:
        patched.setattr(ledger, "read", lambda *_, **__: tuple(forged if each is first else each for each in records))
        for go in (
            lambda: roll_back(two.git, BACK, ALICE, now=two.now),
            lambda: propose_back(two.git, two.github(), BACK, now=two.now),
        ):
            with pytest.raises(Failure, match=r"churn@v1\.0\.0 is not what was registered: its gates") as raised:
                go()
            assert raised.value.exit_code == Exit.FINDINGS
    assert two.records() == records
    assert roll_back(two.git, BACK, ALICE, now=two.now)[0] == "v1.0.0"


def test_git_follows_by_a_pull_request_that_changes_nothing_on_the_host(two: House) -> None:
    _, intent = roll_back(two.git, BACK, ALICE, now=two.now)
    assert intent
    done = propose_back(two.git, two.github(), BACK, now=two.now)
    two.answer(intent)
    again = propose_back(two.git, two.github(), BACK, now=two.now)

    assert (again.pull_request, again.message) == (done.pull_request, f"#{done.pull_request} proposes v1.0.0 already")
    with pytest.raises(Failure, match=r"v1\.1\.0 was live in production \(serial 2\) and no longer is: v1\.0\.0 is"):
        wish(two)  # a rerun of the promotion's own run
    merge(two, done.pull_request, approved=False)
    said = declared(two)
    assert (said.version, said.serial, said.base_serial) == ("v1.0.0", 3, 2)
    assert wish(two).done
    settled = propose_back(two.git, two.github(), Back("production", "x", "v1.0.0"), now=two.now)
    assert settled.message == "main declares v1.0.0 for production already"


def test_what_sets_git_back_follows_main(two: House) -> None:
    """Main declares something else by now: the open pull request would be in conflict with it."""
    back = Back("production", "Scores of under-25s dropped", "v1.0.0")
    first = propose_back(two.git, two.github(), back, now=two.now)
    text = two.git.text("show", "HEAD:deploy/production.yaml")
    two.commit({"deploy/production.yaml": f"{text}\n# looked at\n".replace("v1.1.0", "v1.9.0")})

    again = propose_back(two.git, two.github(), back, now=two.now)
    assert (again.pull_request, again.message) == (first.pull_request, f"#{first.pull_request} brought up to date")
    merge(two, again.pull_request or 0)
    assert declared(two).version == "v1.0.0"


def test_by_pull_request_alone_it_is_approved_and_asked_for(two: House) -> None:
    done = propose_back(two.git, two.github(), BACK, now=two.now)
    pull = pulls.get(two.github(), done.pull_request or 0)

    assert pull.title == "Roll production back to churn v1.0.0"
    assert "- reason: `Scores of under-25s dropped`" in (pull.body or "")
    merge(two, pull.number)
    intent = asked(two)
    assert (intent.event, intent.what.version, intent.what.serial) == ("deploy.intent", "v1.0.0", 3)
    assert intent.why
    assert intent.why.kind == "rollback"
    assert [each.login for each in intent.who.approvals] == ["bob"]
    two.answer(intent)
    assert live(two) == ("v1.0.0", 3)


def test_a_revert_of_the_merge_works_the_same_way(two: House) -> None:
    revert(two)

    said = declared(two)
    assert (said.version, said.serial) == ("v1.0.0", 1)
    intent = asked(two)
    assert (intent.what.version, intent.what.serial, intent.what.base_serial) == ("v1.0.0", 3, 2)
    found = desired(look(two.git), "production")
    assert found
    assert (found.version, found.intent) == ("v1.0.0", intent)
    assert asked(two) == intent  # a second run takes it up
    two.answer(intent)
    assert wish(two).done
    assert live(two) == ("v1.0.0", 3)


def test_a_revert_of_the_revert_brings_the_newer_one_again(two: House) -> None:
    revert(two)
    two.answer(asked(two))
    revert(two)

    intent = asked(two)

    assert (declared(two).serial, intent.what.version, intent.what.serial) == (2, "v1.1.0", 4)
    two.answer(intent)
    done = propose_back(two.git, two.github(), BACK, now=two.now)  # and the counting goes on from there
    merge(two, done.pull_request)
    assert (declared(two).serial, asked(two).what.serial) == (5, 5)


def never_asked(house: House) -> None:
    """Production has v1.0.0; v1.1.0 was promoted on main, but its run was cancelled, and the promotion reverted."""
    promoted(house, "v1.0.0")
    next_version(house, code=2, version="v1.1.0")
    merge(house, propose(house.git, house.github(), "production", "v1.1.0", now=house.now).pull_request)
    revert(house)
    assert wish(house).done


def test_a_revert_of_the_revert_of_what_was_never_asked_for_needs_a_proposal_of_its_own(staged: House) -> None:
    """Its reviewers had no report before them; the approval of the first proposal was withdrawn with it."""
    never_asked(staged)
    revert(staged)
    before = len(staged.records())
    with pytest.raises(Failure, match=r"#4 was edited .*, or declares again what another proposed") as raised:
        wish(staged)
    assert raised.value.exit_code == Exit.FINDINGS
    assert raised.value.remedy == "propose it anew: `mlops-spec promote open production --version v1.1.0`"
    assert len(staged.records()) == before

    staged.later(hours=1)
    promoted(staged, "v1.1.0")
    assert live(staged) == ("v1.1.0", 2)
    intent = next(record for record in reversed(staged.records()) if record.event == "deploy.intent")
    assert [approval.evidence for approval in intent.who.approvals] == [
        document.digest for document in declared(staged).evidence if document.kind == "promotion-report"
    ]


def test_a_promotion_that_main_declares_by_its_own_report_is_not_proposed_again(staged: House) -> None:
    promoted(staged, "v1.0.0")
    next_version(staged, code=2, version="v1.1.0")
    merge(staged, propose(staged.git, staged.github(), "production", "v1.1.0", now=staged.now).pull_request)
    done = propose(staged.git, staged.github(), "production", "v1.1.0", now=staged.now)

    assert (done.pull_request, done.message) == (None, "main declares v1.1.0 for production already")


def test_a_revert_does_not_bring_again_what_failed_before_it_was_ever_live(staged: House) -> None:
    promoted(staged, "v1.0.0")
    next_version(staged, code=2, version="v1.1.0")
    promoted(staged, "v1.1.0", "rolled-back")
    merge(staged, set_back(staged.git, staged.github(), "production", now=staged.now).pull_request)  # type: ignore[union-attr]
    assert wish(staged).done
    revert(staged)
    before = len(staged.records())
    with pytest.raises(Failure, match=r"declares v1\.1\.0 again, but it was never live in production") as raised:
        wish(staged)

    assert raised.value.exit_code == Exit.FINDINGS
    assert "promote open production --version v1.1.0" in raised.value.remedy
    assert len(staged.records()) == before
    staged.later(hours=1)
    promoted(staged, "v1.1.0")
    assert live(staged) == ("v1.1.0", 3)


def test_what_was_live_before_comes_back_by_reverts_of_a_promotion_that_was_never_asked_for(two: House) -> None:
    merge(two, propose_back(two.git, two.github(), BACK, now=two.now).pull_request)
    two.answer(asked(two))
    assert live(two) == ("v1.0.0", 3)
    two.later(hours=1)
    merge(two, propose(two.git, two.github(), "production", "v1.1.0", now=two.now).pull_request)
    revert(two)
    assert wish(two).done
    revert(two)
    two.answer(asked(two))
    assert live(two) == ("v1.1.0", 4)


def test_a_rerun_of_an_old_revert_is_stale(two: House) -> None:
    revert(two)
    old = two.git.commit_id()
    two.answer(asked(two))
    revert(two)
    two.answer(asked(two))

    with pytest.raises(Stale, match=r"main has changed deploy/production\.yaml since") as failure:
        promote(look(two.git, revision=old, now=two.now), "production", two.github)

    assert failure.value.exit_code == Exit.STALE


def test_a_revert_after_a_rollback_at_once_is_stale(two: House) -> None:
    """The reviewer of the revert had v1.2.0 before them, and v1.0.0 is what they would replace."""
    next_version(two)
    promoted(two, "v1.2.0")
    _, intent = roll_back(two.git, Back("production", "x", "v1.0.0"), ALICE, now=two.now)
    assert intent
    two.answer(intent)
    revert(two)

    with pytest.raises(Stale, match=r"the revert replaced v1\.2\.0, but v1\.0\.0 is live"):
        wish(two)


def test_a_revert_needs_its_approvals(two: House) -> None:
    """A push to main is no decision, whatever it restores."""
    old = two.git.tree("HEAD^").read("deploy/production.yaml") or b""
    two.commit({"deploy/production.yaml": old.decode()})

    with pytest.raises(Failure, match="was not merged by a pull request"):
        wish(two)


@pytest.mark.parametrize("result", ["rolled-back", "failed"])
def test_after_a_bad_rollout_git_is_set_back_once(two: House, result: str) -> None:
    next_version(two)
    assert set_back(two.git, two.github(), "production") is None
    promoted(two, "v1.2.0", result)

    def again() -> Proposal | None:
        return set_back(two.git, two.github(), "production", now=two.now)

    first = again()
    assert first
    assert (first.version, first.message) == ("v1.1.0", f"#{first.pull_request} opened")
    body = pulls.get(two.github(), first.pull_request or 0).body or ""
    assert "- reason: `at 10 %: 5 requests failed`" in body
    second = again()
    assert second
    assert (second.pull_request, second.message) == (
        first.pull_request,
        f"#{first.pull_request} proposes v1.1.0 already",
    )
    merge(two, first.pull_request, approved=False)
    assert (declared(two).version, declared(two).serial) == ("v1.1.0", 2)
    assert wish(two).done
    assert again() is None


def test_what_somebody_closed_is_not_opened_again(two: House) -> None:
    roll_back_and_answer(two)
    done = set_back(two.git, two.github(), "production", now=two.now)
    assert done
    pulls.update(two.github(), done.pull_request or 0, state="closed")

    assert set_back(two.git, two.github(), "production", now=two.now) is None
    assert propose_back(two.git, two.github(), BACK, now=two.now).message == "#4 opened"  # a person may ask again


def roll_back_and_answer(house: House) -> None:
    _, intent = roll_back(house.git, BACK, ALICE, now=house.now)
    assert intent
    house.answer(intent)


def test_a_canary_under_way_ends(two: House) -> None:
    next_version(two)
    merge(two, propose(two.git, two.github(), "production", "v1.2.0", now=two.now).pull_request)
    canary = asked(two)
    with pytest.raises(Failure, match=r"intent \d+ \(v1\.2\.0\) is still open"):
        propose_back(two.git, two.github(), BACK, now=two.now)

    assert roll_back(two.git, BACK, ALICE, now=two.now) == ("v1.1.0", None)

    closing = two.records()[-1]
    assert (closing.closes, closing.result) == (canary.seq, "abandoned")
    assert propose_back(two.git, two.github(), BACK, now=two.now).version == "v1.1.0"
    back = Back("production", "and further", "v1.0.0")
    assert roll_back(two.git, back, ALICE, now=two.now)[0] == "v1.0.0"
    with pytest.raises(Stale, match=r"a rollback of production to v1\.0\.0 is open"):
        roll_back(two.git, Back("production", "elsewhere", "v1.1.0"), ALICE, now=two.now)


def test_where_it_goes_back_to(two: House) -> None:
    world = newest_main(two.git, now=two.now)
    assert version_back(world, "production") == "v1.0.0"
    for name, to, message in (
        ("production", "v1.9.0", r"v1\.9\.0 was never live in production"),
        ("none", None, "no environment 'none'"),
    ):
        with pytest.raises(Failure, match=message):
            version_back(world, name, to)
    revoke(two.git, "v1.0.0", "Withdrawn rows", ALICE, now=two.now)
    world = newest_main(two.git, now=two.now)
    with pytest.raises(Failure, match=r"nothing older than v1\.1\.0 was ever live"):
        version_back(world, "production")
    with pytest.raises(Failure, match=r"v1\.0\.0 was revoked"):
        version_back(world, "production", "v1.0.0")


def test_back_twice_never_goes_forward(two: House) -> None:
    roll_back_and_answer(two)
    merge(two, propose_back(two.git, two.github(), BACK, now=two.now).pull_request, approved=False)

    with pytest.raises(Failure, match=r"nothing older than v1\.0\.0 was ever live in production"):
        roll_back(two.git, BACK, ALICE, now=two.now)


def test_nothing_was_live(house: House) -> None:
    with pytest.raises(Failure, match="nothing was ever live in production"):
        roll_back(house.git, BACK, ALICE, now=house.now)


def test_a_follower_goes_back_at_once_alone(two: House) -> None:
    with pytest.raises(Failure, match="staging follows the registered ones"):
        propose_back(two.git, two.github(), Back("staging", "x"), now=two.now)
    version, intent = roll_back(two.git, Back("staging", "x"), ALICE, now=two.now)

    found = desired(look(two.git), "staging")

    assert found
    assert (version, found.version, found.intent) == ("v1.0.0", "v1.0.0", intent)
    assert FOLLOWING.encode() == two.git.tree().read("deploy/staging.yaml")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"why": None}, "a rollback says why"),
        ({"why": Why(kind="manual", text="because")}, "a rollback says why"),
        ({"why": Why(kind="rollback")}, "a rollback says why"),
        ({"version": "v1.2.0"}, "v1.2.0 was never live in production"),
        ({"serial": 2, "base_serial": 1}, "production is at serial 2"),
    ],
)
def test_the_rules_of_the_record(two: House, changes: dict[str, Any], message: str) -> None:
    next_version(two)
    state = ledger.replay(two.records()).of("churn")
    version = changes.get("version", "v1.0.0")
    package = state.registered[version].what.package
    assert package
    what = What(
        model="churn",
        version=version,
        environment="production",
        package=Package(digest=package.digest),
        serial=changes.get("serial", 3),
        base_serial=changes.get("base_serial", 2),
    )
    draft = Draft(
        event="rollback.intent", who=ALICE, what=what, why=changes.get("why", Why(kind="rollback", text="bad"))
    )

    problem = state.problem(draft)

    assert problem is not None
    assert message in problem


def test_one_kind_of_outcome_does_not_close_the_other(two: House) -> None:
    _, intent = roll_back(two.git, BACK, ALICE, now=two.now)
    assert intent
    draft = Draft(event="deploy.outcome", who=ALICE, what=intent.what, closes=intent.seq, result="succeeded")

    problem = ledger.replay(two.records()).problem(draft)

    assert problem == f"deploy.outcome is no outcome of intent {intent.seq}, a rollback.intent"


def test_the_command(two: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["-C", str(two.git.directory), "--format", "json", "--reason", "worse"]
    for name, value in {"GITHUB_REPOSITORY": "acme/churn", "GITHUB_API_URL": two.api}.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> tuple[int, dict[str, Any]]:
        code = rollback_command.main(["production", *arguments, *at], standalone_mode=False)
        return code, json.loads(capsys.readouterr().out)

    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    with pytest.raises(Failure, match="is still open: no agent of production answered"):
        run("--now", "--wait", "1ms")
    assert "no pull request yet" in capsys.readouterr().err
    two.answer(ledger.open_intents(two.records())[-1])
    monkeypatch.setenv("GITHUB_TOKEN", "bot-token")
    code, said = run()
    assert (code, said["version"], said["message"]) == (0, "v1.0.0", f"#{said['pull_request']} opened")
    code, said = run("--now")
    assert (code, said["intent"], said["message"].endswith("proposes v1.0.0 already")) == (0, None, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["production"], "reason"),
        (["production", "--reason", " "], "say why"),
        (["production", "--reason", "x", "--to", "1.0"], "'1.0' is no version"),
        (["production", "--reason", "x", "--wait", "long"], "'long' is no time"),
        (["production", "--resume", "--reason", "x"], "--resume takes version and reason from the record"),
        (["production", "--resume", "--now"], "--resume takes version and reason from the record"),
    ],
)
def test_wrong_usage(house: House, arguments: list[str], message: str) -> None:
    with pytest.raises(click.UsageError, match=message):
        rollback_command.main([*arguments, "-C", str(house.git.directory)], standalone_mode=False)
