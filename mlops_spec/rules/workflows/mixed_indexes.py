"""A private package comes from the private index alone.

With `--extra-index-url` pip takes the highest version that any of its indexes has. Whoever puts a package of that name
on the public one, with a higher version, runs code where the model is trained and the secrets are.

Bad:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        timeout-minutes: 15
        steps:
          - run: pip install --extra-index-url https://pypi.acme.com/simple acme-features==1.2.0
          - run: python -m credit.train

Good:

    on: {workflow_dispatch: {}}
    concurrency: {group: deploy, cancel-in-progress: false}
    jobs:
      deploy:
        timeout-minutes: 15
        steps:
          - run: pip install --index-url https://pypi.acme.com/simple acme-features==1.2.0
          - run: python -m credit.train

Fix: write `--index-url` with an index that has both, or `--require-hashes` with a lock; uv asks its indexes in order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.roles import about_models
from mlops_spec.regex import regex
from mlops_spec.rules.workflow_finding import at_command

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Workflow

CODE = "MS680"
NAME = "mixed-indexes"
SEVERITY: Severity = "error"

_PUBLIC = regex(r"//(download\.pytorch\.org|pypi\.(org|nvidia\.com)|test\.pypi\.org|pypi\.ngc\.nvidia\.com)(/|$)")


def check(workflow: Workflow) -> Iterator[Finding]:
    for job in workflow.jobs.values():
        for step in job.steps if about_models(job) else ():
            for command in step.commands:
                words = command.words
                pips = "pip" in " ".join(words[:3]) and "uv" not in words
                extra = command.option("--extra-index-url") if pips else ""
                if extra and "--require-hashes" not in words and not _PUBLIC.search(extra):
                    message = "pip takes the highest version of any index: a stranger's, where it has that name"
                    yield at_command(step, command, message, "write `--index-url`, or `--require-hashes` with a lock")
