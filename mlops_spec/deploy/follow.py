"""The agent as a process: one pass, or pass after pass for as long as it lives."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NoReturn

from mlops_spec import words
from mlops_spec.deploy.agent import Agent
from mlops_spec.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.deploy.passes import Done, Settings


def once(settings: Settings) -> tuple[Done, ...]:
    """One pass, with a result for each model."""
    agent = Agent(settings, _say)
    try:
        return agent.one_pass()
    finally:
        agent.close()


def follow(settings: Settings, interval: float, tell: Callable[[Done], None]) -> NoReturn:
    """Passes for good, `interval` seconds apart; what goes wrong is said once, and the next pass tries again."""
    agent = Agent(settings, _say)
    last: dict[str, Done] = {}
    said = ""
    while True:
        problem = ""
        try:
            for done in agent.look():
                before = last.get(done.model)
                if before is None or (done != before and (done.action != "none" or before.action == "stuck")):
                    tell(done)
                last[done.model] = done
        except Failure as failure:
            problem = f"{failure.message}\n  {failure.remedy}".rstrip()
        except Exception as error:  # a bug in one pass must not end the agent: what is live needs it
            problem = f"a bug: {type(error).__name__}: {error}"
        if problem != said:
            _say(problem or "all is well again")
            said = problem
        time.sleep(interval)


def _say(line: str) -> None:
    words.err(f"mlops-spec: {line}")
