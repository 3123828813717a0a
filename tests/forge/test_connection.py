"""Every fault of the forge ends in a bounded number of tries, an exit code and a message that helps."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import Any

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.platforms.github.api import GitHub

CUT = "the connection is cut in the middle of the answer"
SILENCE = "nothing comes"


def read(script: Any, **settings: Any) -> Any:
    return script.github(**settings).get("/repos/acme/churn/pulls/1", needs="pull-requests: read")


def write(script: Any, **settings: Any) -> Any:
    return script.github(**settings).send("POST", "/repos/acme/churn/pulls", {}, needs="pull-requests: write")


def test_an_answer_is_its_json(script: Any) -> None:
    script.then(200, {"number": 1})

    assert read(script) == {"number": 1}
    method, path, headers = script.requests[0]
    assert (method, path) == ("GET", "/repos/acme/churn/pulls/1")
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["X-Github-Api-Version"] == "2022-11-28"


@pytest.mark.parametrize(
    ("status", "body", "exit_code", "words"),
    [
        pytest.param(401, {"message": "Bad credentials"}, Exit.CONFIG, ["Bad credentials", "GITHUB_TOKEN"], id="401"),
        pytest.param(403, {"message": "Not accessible"}, Exit.CONFIG, ["`pull-requests: write`"], id="403"),
        pytest.param(404, {"message": "Not Found"}, Exit.CONFIG, ["Not Found", "`pull-requests: write`"], id="404"),
        pytest.param(409, {"message": "Head moved"}, Exit.STALE, ["Head moved", "try again"], id="409"),
        pytest.param(
            422,
            {"message": "Validation Failed", "errors": [{"field": "head", "code": "invalid"}]},
            Exit.CONFIG,
            ["Validation Failed; head invalid"],
            id="422",
        ),
        pytest.param(
            422,
            {"message": "Validation Failed", "errors": [{"message": "A pull request already exists for acme:x."}]},
            Exit.STALE,
            ["already exists for acme:x"],
            id="422 already exists",
        ),
        pytest.param(
            422, {"message": "No", "errors": ["Can not approve"]}, Exit.CONFIG, ["Can not approve"], id="text"
        ),
        pytest.param(429, {"message": "Slow down"}, Exit.STALE, ["rate limit", "60 s"], id="429"),
        pytest.param(500, b"<html>oops", Exit.UNAVAILABLE, ["500 (no explanation)"], id="500 html"),
        pytest.param(503, [1], Exit.UNAVAILABLE, ["503"], id="503"),
    ],
)
def test_a_refusal_names_the_call_and_what_is_missing(
    script: Any, status: int, body: Any, exit_code: Exit, words: list[str]
) -> None:
    script.then(status, body)

    with pytest.raises(Failure) as caught:
        write(script)

    said = f"{caught.value.message} | {caught.value.remedy}"
    assert caught.value.exit_code == exit_code
    assert f"POST {script.url}/repos/acme/churn/pulls: {status}" in said
    assert [word for word in words if word not in said] == []
    assert len(script.requests) == 1


def test_the_permission_that_the_server_names_is_passed_on(script: Any) -> None:
    script.then(403, {"message": "No"}, x_accepted_github_permissions="pull_requests=write")

    with pytest.raises(Failure) as caught:
        write(script)

    assert "`pull_requests=write`" in caught.value.remedy


@pytest.mark.parametrize(("ahead", "said"), [(400, "7 minutes ahead of"), (-7200, "120 minutes behind")])
def test_a_clock_that_is_off_is_told_before_anything_is_done(script: Any, ahead: float, said: str) -> None:
    script.then(200, {"number": 1}, Date=formatdate(time.time() - ahead, usegmt=True))
    with pytest.raises(Failure, match=f"this machine's clock is {said} that of {script.url}") as caught:
        read(script)

    assert caught.value.exit_code == Exit.CONFIG


@pytest.mark.parametrize(
    ("date", "more"),
    [(250, {}), (9000, {"Age": "9000"}), ("yesterday", {}), ("", {})],
    ids=["near enough", "from a cache", "no date", "empty"],
)
def test_a_date_that_says_nothing_about_the_clock(script: Any, date: str | int, more: dict[str, str]) -> None:
    said = date if isinstance(date, str) else formatdate(time.time() - date, usegmt=True)
    script.then(200, {"number": 1}, Date=said, **more)

    assert read(script) == {"number": 1}


def test_what_was_sent_already_is_not_refused_for_a_clock(script: Any) -> None:
    script.then(201, {"number": 1}, Date=formatdate(0, usegmt=True))

    assert write(script) == {"number": 1}


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_reading_again_helps_after_a_passing_fault(script: Any, status: int) -> None:
    script.then(status, {}).then(status, {}).then(200, {"number": 1})

    assert read(script) == {"number": 1}
    assert len(script.waits) == 2
    assert all(0 < wait <= 8 for wait in script.waits)


def test_tries_are_bounded(script: Any) -> None:
    for _ in range(9):
        script.then(503, {})

    with pytest.raises(Failure) as caught:
        read(script)

    assert caught.value.exit_code == Exit.UNAVAILABLE
    assert len(script.requests) == 4


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422])
def test_a_final_refusal_is_not_asked_again(script: Any, status: int) -> None:
    script.then(status, {"message": "No"}).then(200, {})

    with pytest.raises(Failure):
        read(script)

    assert len(script.requests) == 1


def test_a_call_that_must_not_happen_twice_is_sent_once(script: Any) -> None:
    script.then(200, CUT).then(200, {})

    with pytest.raises(Failure, match="must not happen twice") as caught:
        write(script)

    assert caught.value.exit_code == Exit.UNAVAILABLE
    assert len(script.requests) == 1


def test_an_update_is_sent_again(script: Any) -> None:
    script.then(502, {}).then(200, {"id": 1})
    answer = script.github().send("PATCH", "/x", {"body": "b"}, needs="issues: write", repeatable=True)

    assert answer == {"id": 1}
    assert len(script.requests) == 2


def test_truncated_json_is_read_again(script: Any) -> None:
    script.then(200, b'{"number": 1').then(200, CUT).then(200, {"number": 1})

    assert read(script) == {"number": 1}


def test_silence_ends_at_the_time_limit(script: Any) -> None:
    script.then(200, SILENCE).then(200, SILENCE)
    started = time.monotonic()

    with pytest.raises(Failure, match="timed out") as caught:
        read(script, timeout=0.1, tries=2)

    assert caught.value.exit_code == Exit.UNAVAILABLE
    assert time.monotonic() - started < 2


def test_nobody_listening_is_unavailable() -> None:
    github = GitHub("acme/churn", "s3cret", "http://127.0.0.1:1", sleep=lambda _: None, tries=2)

    with pytest.raises(Failure, match=r"refused.*2 tries") as caught:
        github.get("/x", needs="")

    assert caught.value.exit_code == Exit.UNAVAILABLE


def test_the_server_says_how_long_to_wait(script: Any) -> None:
    script.then(403, {"message": "secondary rate limit"}, retry_after="7").then(200, {})
    read(script)

    assert script.waits == [7.0]


def test_an_exhausted_rate_limit_is_reported_instead_of_slept_out(script: Any) -> None:
    reset = str(int(time.time()) + 1800)
    script.then(403, {"message": "API rate limit"}, x_ratelimit_remaining="0", x_ratelimit_reset=reset)

    with pytest.raises(Failure) as caught:
        read(script)

    assert caught.value.exit_code == Exit.STALE
    assert "1800 s" in caught.value.remedy or "1799 s" in caught.value.remedy
    assert script.waits == []


def test_pages_are_followed_to_the_last(script: Any) -> None:
    script.then(200, [1, 2], Link='<{url}/x?page=2>; rel="next", <{url}/x?page=2>; rel="last"').then(200, [3])

    assert list(script.github().pages("/x", {"state": "open"}, needs="")) == [1, 2, 3]
    assert [path for _, path, _ in script.requests] == ["/x?per_page=100&state=open", "/x?page=2"]


def test_a_page_on_another_server_is_refused(script: Any) -> None:
    script.then(200, [1], Link='<https://evil.example/x?page=2>; rel="next"')

    with pytest.raises(Failure, match="not on"):
        list(script.github().pages("/x", needs=""))


def test_pages_that_never_end_are_an_error(script: Any) -> None:
    for _ in range(101):
        script.then(200, [1], Link='<{url}/x?page=2>; rel="next"')

    with pytest.raises(Failure, match="100 pages"):
        list(script.github().pages("/x", needs=""))


def test_a_renamed_repository_is_followed_on_the_same_server(script: Any) -> None:
    script.then(301, {}, Location="{url}/repositories/7/pulls/1").then(200, {"number": 1})

    assert read(script) == {"number": 1}


def test_the_token_is_not_carried_to_another_server(script: Any) -> None:
    script.then(301, {}, Location="http://localhost:9/elsewhere")

    with pytest.raises(Failure, match="301"):
        read(script)

    assert len(script.requests) == 1


@pytest.mark.parametrize("url", ["http://github.example/api", "ftp://github.example", "file:///etc", "github.example"])
def test_a_token_travels_over_tls_or_not_at_all(url: str) -> None:
    with pytest.raises(Failure, match="refusing") as caught:
        GitHub("acme/churn", "s3cret", url)

    assert caught.value.exit_code == Exit.CONFIG


@pytest.mark.parametrize("name", ["churn", "acme/churn/x", "acme/../x y", "", "acme/churn?x"])
def test_a_repository_has_an_owner_and_a_name(name: str) -> None:
    with pytest.raises(Failure, match="owner/name"):
        GitHub(name, "s3cret")


def test_the_token_is_never_shown(script: Any) -> None:
    script.then(401, {"message": "Bad credentials"})
    github = script.github()

    with pytest.raises(Failure) as caught:
        github.get("/x", needs="")

    assert "s3cret" not in f"{github!r} {caught.value} {caught.value.remedy}"
