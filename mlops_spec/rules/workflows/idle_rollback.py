"""What is there for a failure runs after one.

A job that needs none can't see what failed elsewhere: `failure()` is false, and it is passed over. And a job without a
function of status in its `if` only starts when all that it needs has succeeded, whatever its `if` asks besides.

Bad:

    jobs:
      deploy:
        runs-on: ubuntu-24.04
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.tell
      rollback:
        runs-on: ubuntu-24.04
        if: ${{ failure() }}
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.rollback

Good:

    jobs:
      deploy:
        runs-on: ubuntu-24.04
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.tell
      rollback:
        runs-on: ubuntu-24.04
        needs: deploy
        if: ${{ failure() }}
        timeout-minutes: 15
        steps:
          - run: uv run --no-sync python -m credit.rollback

Fix: name in `needs` whose failure it is for, and ask for `failure()` or `always()` in its `if`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.workflow.expression import despite_failure
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS659"
NAME = "idle-rollback"
SEVERITY: Severity = "error"

_FAILED = regex(r"needs\.[\w-]+\.result\s*(==\s*'failure'|!=\s*'success')")
_CALLED = regex(r"(?<![\w!])failure\s*\(\s*\)")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        place, asked = (*job.address, "if"), job.condition
        if not job.needs and _CALLED.search(asked) and "||" not in asked:
            message = "this needs no job, so nothing has failed when it is asked, and it never runs"
            yield Finding(place, message, "name in `needs` whose failure it is for")
        elif _FAILED.search(asked) and "||" not in asked and not despite_failure(asked):
            message = "a job starts only when all that it needs has succeeded, so this is never true"
            yield Finding(place, message, "ask for `failure()` as well")
