"""The meaning of a condition in GitHub Actions: when something runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUOTED = regex(r"'[^']*'")
_STATUS = regex(r"!?\s*\b(always|cancelled|failure)\s*\(\s*\)", re.IGNORECASE)
_SURE = frozenset(
    ("", "true", "always()", "success()", "!cancelled()", "!failure()", "success()||failure()", "failure()||success()")
)
_SECRET = regex(r"\bsecrets\s*[.\[]", re.IGNORECASE)
# It ends where the next one begins, so that a text of nothing but beginnings is read once.
EXPRESSION = regex(r"\$\{\{((?:(?!\$\{\{).)*?)\}\}", re.DOTALL)
_ASKS_FOR_OTHER = regex(r"github\.event_name=='(?!pull_request)")
_HEAD = "github.event.pull_request.head.repo"
_GUARDS = (
    f"{_HEAD}.full_name==github.repository",
    f"github.repository=={_HEAD}.full_name",
    f"{_HEAD}.fork==false",
    f"!{_HEAD}.fork",
)


def despite_failure(condition: str) -> str:
    """The call by which a condition holds although something failed; empty where it has none.

    >>> despite_failure("${{ !cancelled() && needs.a.result != 'always()' }}")
    '!cancelled()'
    """
    match = _STATUS.search(_QUOTED.sub("''", condition))
    return match[0].replace(" ", "") if match else ""


def asks_for_success(condition: str, needs: Sequence[str]) -> bool:
    """Whether a condition holds only where each of these jobs has succeeded, whatever else it says.

    >>> asks_for_success("${{ always() && needs.a.result == 'success' }}", ["a"])
    True
    """
    bare = re.sub(r"\s", "", condition)
    return bool(needs) and "||" not in bare and all(f"needs.{name}.result=='success'" in bare for name in needs)


def may_skip(condition: str) -> bool:
    """Whether something may be passed over in a run in which nothing has failed."""
    bare = re.sub(r"\s", "", condition).lower().removeprefix("${{").removesuffix("}}")
    return bare not in _SURE


def is_always(condition: str) -> bool:
    """Whether something runs whatever happened, unless more is asked."""
    bare = condition.strip().removeprefix("${{").removesuffix("}}")
    return re.sub(r"\s", "", bare).lower() in ("always()", "!cancelled()||cancelled()")


def keeps_forks_out(condition: str) -> bool:
    """Whether a condition holds for no pull request but those of the repository's own branches.

    >>> keeps_forks_out("github.event_name == 'push' || !github.event.pull_request.head.repo.fork")
    True
    """
    bare = re.sub(r"\s", "", condition)
    ways = bare.split("||")
    return "!(" not in bare and all(_ASKS_FOR_OTHER.search(way) or any(g in way for g in _GUARDS) for way in ways)


def keeps_pull_requests_out(condition: str, main: str) -> bool:
    """Whether a condition never holds in a run that a pull request has started."""
    bare = re.sub(r"\s", "", condition)
    other = re.search(r"github\.event_name=='(?!pull_request)|github\.event_name!='pull_request'", bare)
    return on_main(condition, main) or ("||" not in bare and bool(other))


def on_main(condition: str, main: str) -> bool:
    """Whether a condition holds for none but the branch `main`, or the repository's default one."""
    bare = re.sub(r"\s", "", condition)
    guards = (
        f"github.ref=='refs/heads/{main}'",
        f"github.ref_name=='{main}'",
        "github.ref_name==github.event.repository.default_branch",
    )
    return "||" not in bare and any(guard in bare for guard in guards)


def expressions(value: str) -> list[str]:
    """The texts between `${{` and `}}`."""
    return [found[1].strip() for found in EXPRESSION.finditer(value)]


def names_secret(value: str) -> bool:
    return any(_SECRET.search(each) for each in expressions(value))
