"""Promoting by pull request, against the local forge."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.cli.promote import promote_command
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Stale, Update
from mlops_spec.ledger.record import Actor, Draft, Package, What, Who
from mlops_spec.platforms.github.api import pulls
from mlops_spec.rehearse.hub import Person
from mlops_spec.rehearse.hub.state import Review
from mlops_spec.release.ask import Waiting, ask, begin
from mlops_spec.release.close import close
from mlops_spec.release.declared import Declared, declared_in, text_of
from mlops_spec.release.desired import desired
from mlops_spec.release.promotion import Wish, promote
from mlops_spec.release.propose import propose
from mlops_spec.release.revoke import revoke
from mlops_spec.release.world import look

from .conftest import ALICE, FOLLOWING, PROMOTED, SPEC

if TYPE_CHECKING:
    from mlops_spec.platforms.github.api.shapes import PullRequest

    from .conftest import House

APPROVE, REFUSE, COMMENT = "APPROVE", "REQUEST_CHANGES", "COMMENT"


def proposed(house: House, version: str = "v1.0.0") -> PullRequest:
    done = propose(house.git, house.github(), "production", version, now=house.now)
    assert done.pull_request is not None, done.message
    return pulls.get(house.github(), done.pull_request)


def review(house: House, pull: PullRequest, login: str, event: str, **values: Any) -> None:
    path = f"/repos/acme/churn/pulls/{pull.number}/reviews"
    house.github(login).send("POST", path, {"event": event, **values}, needs="pull-requests: write")


def merge(house: House, pull: PullRequest, by: str = "carol") -> None:
    house.github(by).send("PUT", f"/repos/acme/churn/pulls/{pull.number}/merge", {}, needs="contents: write")
    house.pull()


def plan(house: House) -> Wish | None:
    return promote(look(house.git, now=house.now), "production", house.github)


def planned(house: House) -> Wish:
    wish = plan(house)
    assert wish is not None
    return wish


def approved(house: House, version: str = "v1.0.0") -> PullRequest:
    pull = proposed(house, version)
    review(house, pull, "bob", APPROVE)
    merge(house, pull)
    return pull


def live(house: House, version: str = "v1.0.0") -> None:
    """Production serves a version."""
    approved(house, version)
    with pytest.raises(Failure, match="is still open"):
        ask(house.git, lambda: planned(house), ALICE, Waiting(0), now=house.now)
    house.answer(ledger.open_intents(house.records())[0])


def second_version(house: House) -> None:
    house.commit({"src/a.py": "2\n"})
    house.register(code=2)
    house.stage("v1.1.0")
    house.later(hours=2)


def test_the_pull_request_changes_the_deploy_file_alone(staged: House) -> None:
    pull = proposed(staged)
    staged.git.fetch("+refs/heads/*:refs/remotes/origin/*")

    assert staged.git.text("diff", "--name-only", "main", pull.head.sha) == "deploy/production.yaml"
    said = declared_in(staged.git.tree(pull.head.sha), "production")
    assert isinstance(said, Declared)
    assert (said.version, said.serial, said.base_serial, said.base_digest) == ("v1.0.0", 1, 0, None)
    kinds = ["promotion-report", "gates", "evaluation", "listing", "model-card", "ml-bom"]
    assert [document.kind for document in said.evidence] == kinds
    assert "| `roc_auc` | 0.8 | 0.78 … 0.82 | >= 0.7 | pass |" in (pull.body or "")


def test_the_text_says_what_an_approver_must_know(staged: House) -> None:
    live(staged)
    staged.commit(
        {
            "src/a.py": "2\n",
            "uv.lock": "2\n",
            "model.yaml": SPEC.replace("rate: 0.1", 'rate: 0.2, note: "a|b"').replace("min: 0.7", "min: 0.6"),
        },
        message="Faster @alice | <img src=x> `rm`",
    )
    staged.register(code=2, data=2, rate=0.2, auc=0.9, least=0.6)
    staged.stage("v1.1.0")
    staged.later(minutes=90)
    lines = (proposed(staged, "v1.1.0").body or "").splitlines()

    assert lines[0] == "Promotes **churn v1.1.0** to **production**; replaces **v1.0.0** (serial 1)."
    assert "- live in staging for 90 min when this was written, 1h are asked for before it is deployed" in lines
    assert "5 gates: 5 pass" in lines
    assert "| `roc_auc` | 0.9 | 0.88 … 0.92 | >= 0.6 (was >= 0.7) | pass | 0.8 (0.78 … 0.82) |" in lines
    changed = lines[lines.index("Changed since v1.0.0:") + 2 :]
    assert changed[0] == f"- data `data/churn.csv`: changed, 1,000 rows, 1,000 before (`{'1' * 12}` → `{'2' * 12}`)"
    assert changed[1:6] == [
        "- parameters:",
        '  - `train.params.note`: `not set` → `"a¦b"`',
        "  - `train.params.rate`: `0.1` → `0.2`",
        "- code: 1 file below `src/`, +1 −0",
        "- dependencies: `uv.lock` changed",
    ]
    assert changed[6] == "- commits:"
    assert changed[7].endswith(" Faster ＠alice ¦ ‹img src=x› ʹrmʹ`")


def test_what_stayed_the_same_is_said_too(staged: House) -> None:
    live(staged)
    staged.commit({"README.md": "2\n"})
    staged.register(code=2)
    staged.stage("v1.1.0")
    body = proposed(staged, "v1.1.0").body or ""

    for line in ("- parameters: unchanged", "- code: unchanged", "- dependencies: unchanged"):
        assert f"\n{line}\n" in body
    assert "\n- data `data/churn.csv`: unchanged, 1,000 rows\n" in body


def test_a_waived_gate_is_counted_as_one(house: House) -> None:
    house.register(verdict="fail", auc=0.6, waived_until="2026-12-24")
    house.stage("v1.0.0")
    body = proposed(house).body or ""

    assert "5 gates: 4 pass, 1 waived\n" in body
    assert "| `roc_auc` | 0.6 | 0.58 … 0.62 | >= 0.7 | fail, waived until 2026-12-24 |" in body
    assert "It is the first version there." in body


def test_long_lists_of_changes_are_cut(staged: House) -> None:
    live(staged)
    params = ", ".join(f"p{number}: {'x' * 99}" for number in range(30))
    staged.commit({"model.yaml": SPEC.replace("rate: 0.1", params)})
    for number in range(21):
        staged.commit({"README.md": f"{number}\n"})
    staged.register(code=2)
    staged.stage("v1.1.0")
    body = proposed(staged, "v1.1.0").body or ""

    assert "\n  - and 11 more\n" in body
    assert "\n  - and older ones\n" in body
    assert "x" * 60 not in body


def test_a_text_that_github_would_not_take_is_cut_and_can_be_approved(
    staged: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However much a spec has changed; its digest is of what the approvers read."""
    changes = [f"  - `p{number}` changed" for number in range(9_000)]
    monkeypatch.setattr("mlops_spec.release.proposal.differences", lambda *_: changes)
    live(staged)
    second_version(staged)

    body = approved(staged, "v1.1.0").body or ""

    assert len(body) <= 65_536
    assert "more lines are left out" in body
    assert planned(staged).what.version == "v1.1.0"


def test_one_pull_request_is_kept_up_to_date(staged: House) -> None:
    first = proposed(staged)
    again = proposed(staged)
    second_version(staged)
    newer = proposed(staged, "v1.1.0")
    older = propose(staged.git, staged.github(), "production", "v1.0.0", now=staged.now)

    assert first == again, "an approval of the same proposal must stay"
    assert newer.number == first.number
    assert newer.title == "Promote churn v1.1.0 to production"
    assert newer.head.sha != first.head.sha
    assert older.message == f"#{first.number} proposes v1.1.0 already"


def test_what_was_not_live_before_is_not_proposed(house: House) -> None:
    house.register()
    with pytest.raises(Failure, match=r"v1\.0\.0 was never live in staging"):
        proposed(house)
    with pytest.raises(Failure, match=r"v9\.0\.0 was never registered"):
        proposed(house, "v9.0.0")


def test_nothing_declared_asks_for_nothing(house: House) -> None:
    assert plan(house) is None


def test_an_approved_promotion_is_recorded_with_its_approval(staged: House) -> None:
    pull = approved(staged)
    with pytest.raises(Failure, match="is still open"):
        ask(staged.git, lambda: planned(staged), ALICE, Waiting(0), now=staged.now)

    intent = staged.records()[-1]
    (approval,) = intent.who.approvals
    assert (approval.login, approval.id, approval.head_sha) == ("bob", 102, pull.head.sha)
    assert approval.evidence
    assert intent.why
    assert (intent.why.pull_request, intent.why.text) == (pull.number, "Promote churn v1.0.0 to production")
    assert (intent.what.serial, intent.what.base_serial, intent.what.after) == (1, 0, "staging")


@pytest.mark.parametrize(
    ("reviews", "allowed"),
    [
        ([], False),
        ([("bob", APPROVE)], True),
        ([("carol", APPROVE)], True),
        ([("bob", COMMENT)], False),
        ([("bob", REFUSE)], False),
        ([("bob", APPROVE), ("bob", COMMENT)], True),
        ([("bob", APPROVE), ("bob", REFUSE)], False),
        ([("bob", REFUSE), ("bob", APPROVE)], True),
        ([("bob", APPROVE), ("carol", REFUSE)], False),
        ([("carol", REFUSE), ("bob", APPROVE)], False),
        ([("alice", APPROVE)], False),
        ([("alice", APPROVE), ("bob", APPROVE)], True),
        ([("alice", APPROVE), ("alice", COMMENT)], False),
        ([("bob", APPROVE), ("carol", APPROVE)], True),
        ([("carol", COMMENT), ("bob", COMMENT)], False),
        ([("bob", REFUSE), ("carol", APPROVE)], False),
    ],
    ids=lambda value: (
        "+".join(f"{who}-{what.lower()}" for who, what in value) if isinstance(value, list) else str(value)
    ),
)
def test_reviews(staged: House, reviews: list[tuple[str, str]], allowed: bool) -> None:
    """alice is nobody whom the spec lets approve; bob and carol are."""
    pull = proposed(staged)
    for login, event in reviews:
        review(staged, pull, login, event)
    staged.hub.reviews, kept = [], list(staged.hub.reviews)
    merge(staged, pull)
    staged.hub.reviews = kept

    if allowed:
        assert planned(staged).approved
    else:
        with pytest.raises(Failure, match=r"0 of 1 approvals|asked for changes") as raised:
            plan(staged)
        assert raised.value.exit_code == Exit.FINDINGS


def test_an_approval_of_an_earlier_commit_does_not_count(staged: House) -> None:
    pull = proposed(staged)
    review(staged, pull, "bob", APPROVE)
    branch = f"refs/heads/{pull.head.ref}"
    commit = staged.git.write_commit(
        staged.git.text("rev-parse", f"{pull.head.sha}^{{tree}}"),
        parents=[pull.head.sha],
        message="later",
        when=staged.now,
    )
    staged.git.push(Update(branch, commit, pull.head.sha))
    merge(staged, pull)
    with pytest.raises(Failure, match="0 of 1 approvals"):
        plan(staged)


def test_nobody_approves_what_they_wrote(staged: House) -> None:
    """bob's pull request made the version, so that only carol may approve it."""
    main = staged.git.commit_id()
    tree = staged.git.write_tree(main, {"src/b.py": b"1\n"})
    commit = staged.git.write_commit(tree, parents=[main], message="b", when=staged.now)
    staged.git.push(Update("refs/heads/bobs", commit, None))
    change = pulls.create(staged.github("bob"), title="b", head="bobs", base="main", body="")
    merge(staged, change)
    staged.register(code=7)
    staged.stage("v1.1.0")
    staged.later(hours=2)

    pull = proposed(staged, "v1.1.0")
    review(staged, pull, "bob", APPROVE)
    merge(staged, pull)
    with pytest.raises(Failure, match="0 of 1 approvals"):
        plan(staged)


def test_what_was_refused_can_be_proposed_again(staged: House) -> None:
    """Nobody had approved it; main was set to something else, and then the same promotion came with an approval."""
    live(staged)
    second_version(staged)
    merge(staged, proposed(staged, "v1.1.0"))
    with pytest.raises(Failure, match="0 of 1 approvals"):
        plan(staged)
    text = staged.git.text("show", "HEAD:deploy/production.yaml")
    staged.commit({"deploy/production.yaml": text.replace("version: v1.1.0", "version: v9.0.0")})

    approved(staged, "v1.1.0")
    assert (planned(staged).what.version, planned(staged).what.serial) == ("v1.1.0", 2)


def test_a_push_to_main_is_no_promotion(staged: House) -> None:
    digest = staged.records()[0].what.package
    assert digest
    text = PROMOTED.replace("version: null", "version: v1.0.0").replace("\ndigest: null", f"\ndigest: {digest.digest}")
    staged.commit({"deploy/production.yaml": text.replace("\nserial: 0", "\nserial: 1")})
    with pytest.raises(Failure, match="was not merged by a pull request"):
        plan(staged)


def test_a_text_edited_after_it_was_proposed_is_refused(staged: House) -> None:
    pull = approved(staged)
    pulls.update(staged.github(), pull.number, body=(pull.body or "").replace("0.8", "0.9"))
    with pytest.raises(Failure, match="was edited after it was proposed"):
        plan(staged)


def test_line_ends_are_no_edit(staged: House) -> None:
    pull = approved(staged)
    pulls.update(staged.github(), pull.number, body=(pull.body or "").replace("\n", "\r\n") + "\r\n")
    assert planned(staged).approved


def declare(house: House, **changed: Any) -> None:
    """production's file as a merged and approved pull request of somebody's own changed it."""
    head = house.git.commit_id()
    digest = house.records()[0].what.package
    assert digest
    said = {
        "environment": "production",
        "model": "churn",
        "version": "v1.0.0",
        "digest": digest.digest,
        "serial": 1,
        "base_serial": 0,
        "base_digest": None,
        "evidence": [],
    }
    text = text_of(Declared(**(said | changed)))
    tree = house.git.write_tree(head, {"deploy/production.yaml": text.encode()})
    commit = house.git.write_commit(tree, parents=[head], message="mine", when=house.now)
    house.git.push(Update("refs/heads/mine", commit, None))
    pull = pulls.create(house.github("alice"), title="mine", head="mine", base="main", body="")
    review(house, pull, "bob", APPROVE)
    merge(house, pull)


def test_a_declaration_that_fits_is_let_through_whoever_wrote_it(staged: House) -> None:
    """The refusals below are refusals of what they change, not of the way that it came."""
    declare(staged)
    assert planned(staged).approved


@pytest.mark.parametrize(
    ("changed", "message", "code"),
    [
        ({"base_serial": 3, "serial": 4}, "is at serial 0 .* but the promotion was decided on serial 3", Exit.STALE),
        ({"base_digest": "sha256:" + "1" * 64}, "decided on serial 0", Exit.STALE),
        ({"serial": 2}, "serial 2 does not follow 0", Exit.FINDINGS),
        ({"version": "v1.0.1"}, r"v1\.0\.1 was never registered", Exit.FINDINGS),
        ({"digest": "sha256:" + "2" * 64}, "was registered as sha256:.*, not as sha256:2222", Exit.FINDINGS),
        ({"model": "other"}, "model 'other', but the spec is of 'churn'", Exit.FINDINGS),
    ],
    ids=["stale serial", "stale digest", "serial that skips", "unregistered version", "unregistered digest", "model"],
)
def test_a_declaration_that_does_not_fit_is_refused(
    staged: House, changed: dict[str, Any], message: str, code: Exit
) -> None:
    size = len(staged.records())
    declare(staged, **changed)

    with pytest.raises(Failure, match=message) as raised:
        plan(staged)

    assert raised.value.exit_code == code
    assert len(staged.records()) == size


@pytest.mark.parametrize("verdict", ["fail", "inconclusive"])
def test_a_failed_gate_is_refused(staged: House, verdict: str) -> None:
    """The record was written past `register`, by somebody who may push."""
    record = staged.records()[0]
    assert record.why
    assert record.what.tag
    gate = replace(next(gate for gate in record.why.gates if gate.id == "roc_auc"), verdict=verdict)
    tag = staged.git.write_tag("churn@v1.0.1", record.what.tag.target, message="mine\n", when=staged.now)
    what = replace(record.what, version="v1.0.1", tag=replace(record.what.tag, name="churn@v1.0.1", object=tag))
    why = replace(record.why, gates=(gate,))
    draft = Draft(event="register", who=ALICE, what=what, why=why, from_what=record.from_what)
    updates = [Update("refs/tags/churn@v1.0.1", tag, None)]
    ledger.append(staged.git, ledger.head(staged.git), [draft], updates=updates, now=staged.now)
    package = record.what.package
    assert package
    asked = What(model="churn", version="v1.0.1", environment="staging", package=Package(digest=package.digest))
    intent = Draft(event="deploy.intent", who=ALICE, what=replace(asked, serial=2, base_serial=1))
    (written,), _ = ledger.append(staged.git, ledger.head(staged.git), [intent], now=staged.now)
    staged.answer(written)
    staged.later(hours=2)
    declare(staged, version="v1.0.1")

    with pytest.raises(Failure, match=rf"v1\.0\.1: gates no longer hold: roc_auc \({verdict}") as raised:
        plan(staged)

    assert raised.value.exit_code == Exit.FINDINGS


def test_nobody_approves_their_own_promotion(staged: House) -> None:
    """The forge refuses such a review; one that got there all the same does not count."""
    pull = proposed(staged)
    bob = staged.hub.person("bob")
    assert bob
    opened = staged.hub.pull(pull.number)
    assert opened
    opened.user = bob
    staged.hub.reviews.append(Review(1, pull.number, bob, "APPROVED", pull.head.sha, ""))
    kept, staged.hub.reviews = staged.hub.reviews, []
    merge(staged, pull)
    staged.hub.reviews = kept

    with pytest.raises(Failure, match=r"0 of 1 approvals") as raised:
        plan(staged)

    assert "but not bob" in raised.value.remedy


def test_who_pushed_to_the_promotion_does_not_approve_it(staged: House) -> None:
    pull = proposed(staged)
    author = "bob <102+bob@users.noreply.github.com>"
    tree = staged.git.text("rev-parse", f"{pull.head.sha}^{{tree}}")
    commit = staged.git.write_commit(tree, parents=[pull.head.sha], message="b", when=staged.now, author=author)
    staged.git.push(Update(f"refs/heads/{pull.head.ref}", commit, pull.head.sha))
    review(staged, pull, "bob", APPROVE)
    merge(staged, pull)

    with pytest.raises(Failure, match=r"0 of 1 approvals"):
        plan(staged)


@pytest.mark.parametrize("login", ["alice", "github-actions[bot]"])
def test_an_approver_whom_the_spec_does_not_name_does_not_count(staged: House, login: str) -> None:
    pull = proposed(staged)
    person = staged.hub.person(login)
    assert person
    staged.hub.reviews.append(Review(1, pull.number, person, "APPROVED", pull.head.sha, ""))
    merge(staged, pull)

    with pytest.raises(Failure, match=r"0 of 1 approvals"):
        plan(staged)


def test_an_approver_who_left_does_not_count(staged: House) -> None:
    """GitHub shows the review of a deleted account as the ghost's."""
    pull = proposed(staged)
    review(staged, pull, "bob", APPROVE)
    merge(staged, pull)
    staged.hub.reviews[0] = replace(staged.hub.reviews[0], user=Person("ghost", 10137, "ghost-token"))

    with pytest.raises(Failure, match=r"0 of 1 approvals"):
        plan(staged)


def test_a_pull_request_that_was_closed_promotes_nothing(staged: House) -> None:
    """Somebody pushed to main what it proposed, past the review."""
    pull = proposed(staged)
    review(staged, pull, "bob", APPROVE)
    staged.git.fetch("+refs/heads/*:refs/remotes/origin/*")
    text = staged.git.tree(pull.head.sha).read("deploy/production.yaml") or b""
    pulls.update(staged.github(), pull.number, state="closed")
    staged.commit({"deploy/production.yaml": text.decode()})

    with pytest.raises(Failure, match="was not merged by a pull request") as raised:
        plan(staged)

    assert raised.value.exit_code == Exit.FINDINGS


def test_a_force_push_after_the_approval_takes_it_back(staged: House) -> None:
    pull = proposed(staged)
    review(staged, pull, "bob", APPROVE)
    tree = staged.git.text("rev-parse", f"{pull.head.sha}^{{tree}}")
    other = staged.git.write_commit(tree, parents=[staged.git.commit_id()], message="another", when=staged.now)
    staged.git.push(Update(f"refs/heads/{pull.head.ref}", other, pull.head.sha))
    assert not staged.git.is_ancestor(pull.head.sha, other)
    merge(staged, pull)

    with pytest.raises(Failure, match=rf"0 of 1 approvals of {other[:12]}"):
        plan(staged)


def test_an_administrators_merge_past_the_rules_is_no_approval(staged: House) -> None:
    """carol may merge without a review, and may approve; merging is not approving."""
    pull = proposed(staged)
    merge(staged, pull, by="carol")

    with pytest.raises(Failure, match=r"0 of 1 approvals") as raised:
        plan(staged)

    assert raised.value.exit_code == Exit.FINDINGS
    assert [record.event for record in staged.records()].count("deploy.intent") == 1  # staging's


def test_a_stale_promotion_is_refused(staged: House) -> None:
    """Two were decided on serial 0; one went first."""
    pull = proposed(staged)
    review(staged, pull, "bob", APPROVE)
    second_version(staged)
    staged.hub.origin.git.run("update-ref", "refs/heads/kept", pull.head.sha)
    live(staged, "v1.1.0")
    old = declared_in(staged.git.tree(pull.head.sha), "production")
    assert isinstance(old, Declared)
    staged.commit({"deploy/production.yaml": staged.git.text("show", f"{pull.head.sha}:deploy/production.yaml")})
    with pytest.raises(Stale, match=r"production is at serial 1 \(v1\.1\.0 live\).*decided on serial 0"):
        plan(staged)
    assert all(
        record.what.version != "v1.0.0" for record in staged.records() if record.what.environment == "production"
    )


def test_too_short_a_soak_is_refused(house: House) -> None:
    house.register()
    house.stage("v1.0.0")
    house.later(minutes=59)
    approved(house)
    with pytest.raises(Failure, match=r"was live in staging for 0:59:00, 1h are asked for"):
        plan(house)
    house.later(minutes=1)
    assert planned(house).approved


def test_a_clock_that_is_behind_the_ledgers_gives_no_soak(staged: House) -> None:
    """By this machine's time the version is not live yet: that is no time at all, not a negative one."""
    approved(staged)
    staged.later(hours=-5)
    with pytest.raises(Failure, match=r"was live in staging for 0:00:00, 1h are asked for"):
        plan(staged)


def test_dates_decide_nothing(house: House) -> None:
    """A version registered by a machine whose clock is a little behind is the newest all the same."""
    house.register()
    house.stage("v1.0.0")
    house.commit({"src/a.py": "2\n"})
    house.later(minutes=-4)
    house.register(code=2)
    house.later(minutes=4)
    tagged = house.git.text("for-each-ref", "--sort=taggerdate", "--format=%(refname:strip=2)", "refs/tags/").split()
    house.stage("v1.1.0")

    assert tagged == ["churn@v1.1.0", "churn@v1.0.0"]
    with pytest.raises(Stale, match=r"v1\.0\.0 is not the newest version: v1\.1\.0 is registered since"):
        house.ask("v1.0.0")


def test_a_machine_whose_clock_is_far_behind_registers_nothing(staged: House) -> None:
    staged.commit({"src/a.py": "2\n"})
    staged.later(days=-1)
    before = staged.git.remote_refs()
    with pytest.raises(Failure, match="this machine's clock says 2026-11-22") as raised:
        staged.register(code=2)

    assert raised.value.exit_code == Exit.CONFIG
    assert staged.git.remote_refs() == before
    assert [tag.name for tag in staged.git.tags()] == ["churn@v1.0.0"]


def test_a_revoked_version_is_refused(staged: House) -> None:
    approved(staged)
    who = Who(actor=Actor(login="carol", id=103, kind="human"))
    revoke(staged.git, "v1.0.0", "Withdrawn rows", who, now=staged.now)
    with pytest.raises(Failure, match=r"v1\.0\.0 was revoked by carol \(record 3\): Withdrawn rows"):
        plan(staged)


def test_an_expired_waiver_is_refused(house: House) -> None:
    house.register(verdict="fail", auc=0.6, waived_until="2026-11-24")
    house.stage("v1.0.0")
    house.later(days=1)
    approved(house)
    assert planned(house).approved
    house.later(days=1)
    with pytest.raises(Failure, match="gates no longer hold: roc_auc"):
        plan(house)


def test_a_moved_tag_is_refused(staged: House) -> None:
    approved(staged)
    staged.hub.origin.git.run("update-ref", "refs/tags/churn@v1.0.0", staged.git.commit_id())
    with pytest.raises(Failure, match=r"tag churn@v1\.0\.0 is .* but .* was registered"):
        plan(staged)


def test_a_rerun_of_what_succeeded_does_nothing(staged: House) -> None:
    live(staged)
    size = len(staged.records())
    assert planned(staged).done
    assert ask(staged.git, lambda: planned(staged), ALICE, Waiting(0)) == (None, None)
    assert len(staged.records()) == size


def test_a_rerun_takes_up_the_open_intent(staged: House) -> None:
    approved(staged)
    for _ in range(2):
        with pytest.raises(Failure, match="is still open"):
            ask(staged.git, lambda: planned(staged), ALICE, Waiting(0), now=staged.now)
    assert [record.event for record in staged.records()].count("deploy.intent") == 2  # staging's and this one


@pytest.mark.parametrize("result", ["rolled-back", "failed", "abandoned"])
def test_what_ended_badly_is_proposed_anew(staged: House, result: str) -> None:
    approved(staged)
    with pytest.raises(Failure, match="is still open"):
        ask(staged.git, lambda: planned(staged), ALICE, Waiting(0), now=staged.now)
    staged.answer(ledger.open_intents(staged.records())[0], result, "p99 too long")
    with pytest.raises(Failure, match=f"serial 1 of production ended as {result}"):
        plan(staged)

    again = proposed(staged)
    review(staged, again, "bob", APPROVE)
    merge(staged, again)
    assert planned(staged).what.serial == 2


def test_asking_waits_for_the_outcome(house: House) -> None:
    house.register()
    answers = iter([None, None, lambda: house.answer(ledger.open_intents(house.records())[0], "rolled-back", "NaN")])

    def sleep(_: float) -> None:
        act = next(answers)
        if act:
            act()

    said: list[str] = []
    _, outcome = ask(house.git, house.wish("v1.0.0"), ALICE, Waiting(60, said.append, sleep))
    assert outcome
    assert (outcome.result, outcome.why and outcome.why.text) == ("rolled-back", "NaN")
    assert said == ["intent 1: staging v1.0.0, serial 1"]


def test_an_intent_can_be_left_to_what_follows(house: House) -> None:
    house.register()

    intent = begin(house.git, house.wish("v1.0.0"), ALICE, Waiting(0))

    assert intent is not None
    assert [each.seq for each in ledger.open_intents(house.records())] == [intent.seq]
    assert begin(house.git, house.wish("v1.0.0"), ALICE, Waiting(0)) == intent
    with pytest.raises(Failure, match="was registered as"):
        begin(house.git, house.wish("v1.0.0", "sha256:" + "0" * 64), ALICE, Waiting(0))
    house.answer(intent, "succeeded")
    assert begin(house.git, house.wish("v1.0.0"), ALICE, Waiting(0)) is None


def test_nobody_answers(house: House) -> None:
    house.register()
    clock = iter(range(0, 1000, 10))
    with pytest.raises(Failure, match="no agent of staging answered within 30 s") as raised:
        ask(house.git, house.wish("v1.0.0"), ALICE, Waiting(30, sleep=lambda _: None, clock=lambda: next(clock)))
    assert raised.value.exit_code == Exit.FINDINGS


def test_a_remote_that_is_away_for_a_moment_is_asked_again(house: House) -> None:
    house.register()
    path, gone = house.hub.origin.path, house.root / "gone.git"
    steps = iter([lambda: path.rename(gone), lambda: gone.rename(path), lambda: house.answer(house.records()[-1])])
    said: list[str] = []
    _, outcome = ask(house.git, house.wish("v1.0.0"), ALICE, Waiting(60, said.append, lambda _: next(steps)()))
    assert outcome
    assert outcome.result == "succeeded"
    assert any("trying again" in line for line in said)


def test_a_follower_takes_the_newest_alone(house: House) -> None:
    house.register()
    house.commit({"src/a.py": "2\n"})
    house.register(code=2)
    with pytest.raises(Stale, match=r"v1\.0\.0 is not the newest version"):
        house.ask("v1.0.0")
    house.stage("v1.1.0")
    assert house.ask("v1.1.0") == (None, None)


def test_another_digest_is_refused(house: House) -> None:
    house.register()
    with pytest.raises(Failure, match="was registered as"):
        ask(house.git, house.wish("v1.0.0", "sha256:" + "0" * 64), ALICE, Waiting(0))


def test_another_open_intent_is_waited_for(house: House) -> None:
    house.register()
    old = house.intent("v1.0.0")
    house.commit({"src/a.py": "2\n"})
    house.register(code=2)
    steps = iter([lambda: house.answer(old, "failed"), lambda: house.answer(house.records()[-1])])
    _, outcome = ask(house.git, house.wish("v1.1.0"), ALICE, Waiting(60, sleep=lambda _: next(steps)()))
    assert outcome
    assert (outcome.what.version, outcome.result) == ("v1.1.0", "succeeded")


def test_a_run_abandons_its_own_intent_alone(house: House) -> None:
    house.register()
    house.intent("v1.0.0")
    assert close(house.git, "staging", Who(actor=Actor(login="bob", kind="human"))) is None
    record = close(house.git, "staging", ALICE)
    assert record
    assert record.result == "abandoned"
    assert close(house.git, "staging", ALICE) is None


def test_desired_is_the_open_intent_while_main_says_the_same(staged: House) -> None:
    live(staged)
    second_version(staged)
    approved(staged, "v1.1.0")
    with pytest.raises(Failure, match="is still open"):
        ask(staged.git, lambda: planned(staged), ALICE, Waiting(0), now=staged.now)

    def wanted() -> tuple[str, bool]:
        found = desired(look(staged.git), "production")
        assert found
        return found.version, found.intent is not None

    assert wanted() == ("v1.1.0", True)
    staged.commit({"deploy/production.yaml": PROMOTED})
    assert wanted() == ("v1.0.0", False)


def test_desired_of_a_follower(house: House) -> None:
    assert desired(look(house.git), "staging") is None
    house.register()
    intent = house.intent("v1.0.0")
    found = desired(look(house.git), "staging")
    assert found
    assert (found.version, found.serial, found.intent) == ("v1.0.0", 1, intent)
    house.answer(intent, "failed")
    assert desired(look(house.git), "staging") is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not a mapping"),
        ("environment: [", "deploy/production.yaml"),
        (PROMOTED + "extra: 1\n", "extra"),
        (PROMOTED + "serial: 7\n", "serial"),
        (PROMOTED.replace("version: null", "version: v1.0.0"), "declared together"),
        (PROMOTED.replace("\nserial: 0", "\nserial: '0'"), "serial"),
        (PROMOTED.replace("production", "staging"), "but the file is that of 'production'"),
        (FOLLOWING.replace("staging", "production"), "follows the registered versions"),
    ],
    ids=["empty", "not YAML", "unknown key", "key twice", "half", "type", "another's", "follower"],
)
def test_a_damaged_deploy_file_is_named(house: House, text: str, message: str) -> None:
    house.commit({"deploy/production.yaml": text})
    with pytest.raises(Failure, match=message):
        plan(house)


def test_a_missing_deploy_file_is_named(house: House) -> None:
    with pytest.raises(Failure, match=r"deploy/none\.yaml: no such file"):
        promote(look(house.git), "none", house.github)


def test_the_commands(staged: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    output = staged.root / "output"
    for name, value in {
        "GITHUB_TOKEN": "bot-token",
        "GITHUB_REPOSITORY": "acme/churn",
        "GITHUB_API_URL": staged.api,
        "GITHUB_OUTPUT": str(output),
    }.items():
        monkeypatch.setenv(name, value)
    at = ["-C", str(staged.git.directory)]
    spec = SPEC.replace(", soak: 1h", "")
    staged.commit({"model.yaml": spec})

    def run(*arguments: str) -> tuple[int, str]:
        code = promote_command.main([*arguments, *at], standalone_mode=False)
        return code, capsys.readouterr().out

    assert run("plan", "production") == (0, "production declares no version: nothing to do\n")
    code, printed = run("open", "production", "--version", "v1.0.0")
    assert (code, printed.startswith("#1 opened")) == (0, True)
    pull = pulls.get(staged.github(), 1)
    review(staged, pull, "bob", APPROVE)
    merge(staged, pull)
    output.unlink()
    assert run("plan", "production")[0] == 0
    assert "v1.0.0" in output.read_text()
    with pytest.raises(Failure, match=r"main declares v1\.0\.0 .* not v1\.1\.0"):
        run("ask", "production", "--version", "v1.1.0")
    with pytest.raises(Failure, match="is still open"):
        run("ask", "production", "--version", "v1.0.0", "--wait", "1ms")
    assert run("close", "production") == (0, "intent 3 abandoned\n")
