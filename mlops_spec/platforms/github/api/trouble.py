"""Failures of API calls for the user: exit code, the call, what is missing and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from mlops_spec.platforms.github.api.wire import Answer


class WrongClockError(Failure):
    """This machine's clock is not the forge's: what it would put on record, and how long things lasted, is wrong."""


def unusable(call: str, why: str) -> Failure:
    """No usable answer came."""
    return Failure(f"{call}: {why}", exit_code=Exit.UNAVAILABLE, remedy="try again when the forge answers")


class Refusal(Failure):
    """The forge keeps it to itself: it is forbidden (403), or is not there or not to be seen (404)."""

    def __init__(self, message: str, *, status: int, said: str, remedy: str) -> None:
        super().__init__(message, exit_code=Exit.CONFIG, remedy=remedy)
        self.status = status
        self.said = said


class TooFastError(Failure):
    """A rate limit is used up: the same may be asked later."""


def refused(call: str, answer: Answer, needs: str) -> Failure:
    """The forge answered with an error status."""
    exit_code, remedy = _meaning(answer, needs)
    said = _said(answer)
    message = f"{call}: {answer.status} {said}"
    if exit_code is Exit.STALE and _is_limited(answer):
        return TooFastError(message, exit_code=exit_code, remedy=remedy)
    if exit_code is Exit.CONFIG and answer.status in (403, 404):
        return Refusal(message, status=answer.status, said=said, remedy=remedy)
    return Failure(message, exit_code=exit_code, remedy=remedy)


def _meaning(answer: Answer, needs: str) -> tuple[Exit, str]:
    if _is_limited(answer):
        return Exit.STALE, f"the rate limit is used up: try again in {answer.seconds_to_wait() or 60:.0f} s"
    if answer.status >= 500:
        return Exit.UNAVAILABLE, "try again when the forge answers"
    if answer.status == 409 or _already_exists(answer):
        return Exit.STALE, "something else changed it meanwhile: look at it, then try again"
    return Exit.CONFIG, _to_set_up(answer, needs)


def _is_limited(answer: Answer) -> bool:
    return answer.status == 429 or (answer.status == 403 and answer.seconds_to_wait() is not None)


def _to_set_up(answer: Answer, needs: str) -> str:
    missing = answer.headers.get("x-accepted-github-permissions") or needs
    moved = f"the repository moved to {answer.headers.get('location', '?')}: update its address"
    return {
        301: moved,
        302: moved,
        307: moved,
        308: moved,
        401: "the token is missing, expired or revoked: set GITHUB_TOKEN",
        403: f"the token lacks a permission: it needs `{missing}`",
        404: f"it does not exist, or the token may not see it: check the name, and `{needs}`",
    }.get(answer.status, "the forge does not accept these values")


def _already_exists(answer: Answer) -> bool:
    return answer.status == 422 and "already exists" in _said(answer)


def _said(answer: Answer) -> str:
    body = answer.json()
    if not isinstance(body, dict):
        return "(no explanation)"
    details = body.get("errors")
    parts = [body.get("message"), *(map(_detail, details) if isinstance(details, list) else [details])]
    return "; ".join(str(part)[:300] for part in parts if part) or "(no explanation)"


def _detail(error: Any) -> str:
    if isinstance(error, dict):
        return str(error.get("message") or " ".join(str(error[key]) for key in ("field", "code") if key in error))
    return str(error)
