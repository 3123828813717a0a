"""What remote and forge refuse ends a command with the reason and an exit code, and leaves nothing half done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api import connection, pulls
from mlops_spec.platforms.github.api.wire import Answer, Broken
from mlops_spec.release.ask import Waiting, ask
from mlops_spec.release.close import close
from mlops_spec.release.promotion import Wish, promote
from mlops_spec.release.propose import propose
from mlops_spec.release.rollback import Back, roll_back
from mlops_spec.release.world import look

from .conftest import ALICE

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .conftest import House


def wish(house: House) -> Wish:
    found = promote(look(house.git, now=house.now), "production", house.github)
    assert found is not None
    return found


def approved(house: House) -> None:
    done = propose(house.git, house.github(), "production", "v1.0.0", now=house.now)
    path = f"/repos/acme/churn/pulls/{done.pull_request}"
    house.github("bob").send("POST", f"{path}/reviews", {"event": "APPROVE"}, needs="pull-requests: write")
    house.github("carol").send("PUT", f"{path}/merge", {}, needs="contents: write")
    house.pull()


def asks(house: House) -> None:
    ask(house.git, lambda: wish(house), ALICE, Waiting(0), now=house.now)


def asked(house: House) -> None:
    approved(house)
    with pytest.raises(Failure, match="is still open"):
        asks(house)


def second_version(house: House) -> None:
    house.commit({"src/a.py": "2\n"})
    house.register(code=2)
    house.stage("v1.1.0")


def nothing(_: House) -> None:
    pass


COMMANDS: dict[str, tuple[Callable[[House], None], Callable[[House], Any]]] = {
    "register": (nothing, lambda house: house.register(code=2)),
    "promote open": (nothing, lambda house: propose(house.git, house.github(), "production", "v1.0.0", now=house.now)),
    "promote ask": (approved, asks),
    "promote close": (asked, lambda house: close(house.git, "production", ALICE)),
    "rollback --now": (second_version, lambda house: roll_back(house.git, Back("staging", "worse"), ALICE)),
}


def seen(house: House) -> tuple[Any, ...]:
    """All that the remote and the forge have."""
    return house.git.remote_refs(), [(pull.number, pull.state, pull.title) for pull in house.hub.pulls()]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_remote_that_rejects_the_push(staged: House, command: str) -> None:
    begin, act = COMMANDS[command]
    begin(staged)
    before = seen(staged)
    hook = rejects(staged.hub.origin.path)

    with pytest.raises(Failure, match=r"origin refuses .*pre-receive hook declined") as raised:
        act(staged)

    assert raised.value.exit_code == Exit.CONFIG
    assert seen(staged) == before
    hook.unlink()
    try:
        act(staged)
    except Failure as failure:
        assert "is still open" in failure.message
    assert seen(staged) != before


def rejects(origin: Path) -> Path:
    """A rule of the remote that lets nothing in."""
    hook = origin / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'protected by a ruleset' >&2\nexit 1\n")
    hook.chmod(0o755)
    return hook


@pytest.mark.parametrize("command", COMMANDS)
def test_a_remote_that_is_away(staged: House, command: str) -> None:
    begin, act = COMMANDS[command]
    begin(staged)
    before = seen(staged)
    path = staged.hub.origin.path
    path.rename(staged.root / "away.git")

    with pytest.raises(Failure, match="the remote `origin` is not available") as raised:
        act(staged)

    assert raised.value.exit_code == Exit.UNAVAILABLE
    (staged.root / "away.git").rename(path)
    assert seen(staged) == before


class Faulty:
    """The forge answers calls of one method so, and others as it does; `calls` counts those."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, method: str, status: int, **headers: str) -> None:
        self.calls = 0
        send = connection.send

        def faulty(called: str, *given: Any, **named: Any) -> Answer:
            if called != method:
                return send(called, *given, **named)
            self.calls += 1
            if not status:
                raise Broken("timed out")
            return Answer(status, headers, json.dumps({"message": "No."}).encode())

        monkeypatch.setattr(connection, "send", faulty)
        monkeypatch.setattr(connection, "_pause", lambda _: 0.0)


@pytest.mark.parametrize(
    ("status", "headers", "code", "remedy"),
    [
        (403, {}, Exit.CONFIG, "the token lacks a permission: it needs `pull-requests: write`"),
        (403, {"retry-after": "60"}, Exit.STALE, "the rate limit is used up: try again in 60 s"),
        (429, {}, Exit.STALE, "the rate limit is used up: try again in 60 s"),
        (401, {}, Exit.CONFIG, "the token is missing, expired or revoked"),
        (500, {}, Exit.UNAVAILABLE, "try again when the forge answers"),
        (503, {}, Exit.UNAVAILABLE, "try again when the forge answers"),
        (0, {}, Exit.UNAVAILABLE, "try again when the forge answers"),
    ],
    ids=["no permission", "secondary limit", "limit", "no token", "500", "503", "silence"],
)
def test_a_pull_request_that_can_not_be_opened_is_tried_once(
    staged: House, status: int, headers: dict[str, str], code: Exit, remedy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have been opened: so it isn't sent again, and the next run looks first."""
    with monkeypatch.context() as patch:
        faulty = Faulty(patch, "POST", status, **headers)
        with pytest.raises(Failure) as raised:
            propose(staged.git, staged.github(), "production", "v1.0.0", now=staged.now)

    assert (raised.value.exit_code, faulty.calls) == (code, 1)
    assert remedy in raised.value.remedy
    done = propose(staged.git, staged.github(), "production", "v1.0.0", now=staged.now)
    assert [pull.number for pull in pulls.of_branch(staged.github(), "mlops/promote-production")] == [done.pull_request]


@pytest.mark.parametrize("status", [500, 503, 0], ids=["500", "503", "silence"])
def test_approvals_that_can_not_be_read_let_nothing_through(
    staged: House, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading is tried again, with a cap."""
    approved(staged)
    size = len(staged.records())
    faulty = Faulty(monkeypatch, "GET", status)

    with pytest.raises(Failure, match=r"GET http") as raised:
        asks(staged)

    assert (raised.value.exit_code, faulty.calls) == (Exit.UNAVAILABLE, 4)
    assert len(staged.records()) == size
    assert not ledger.open_intents(staged.records())
