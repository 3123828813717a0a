"""A pull request gets no identity.

With `id-token: write` the code of a pull request can ask GitHub for a token that a cloud, Sigstore or PyPI takes for
this repository. A job that signs in as what `storage` in the spec gives to pull requests, and as nobody else, may; so
may one that signs in as a role of others whose name does not say that it writes.

Bad:

    on: {pull_request: {branches: [main]}}
    jobs:
      train:
        permissions: {contents: read, id-token: write}
        steps:
          - run: uv run --no-sync mlops-spec run

Good:

    on: {pull_request: {branches: [main]}}
    jobs:
      train:
        permissions: {contents: read}
        steps:
          - run: uv run --no-sync mlops-spec run

Fix: `mlops-spec lint --fix` removes `id-token` from a job that signs in nowhere; what needs an identity runs after the
merge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.platforms.github.workflow.expression import keeps_forks_out
from mlops_spec.platforms.github.workflow.flow import holds, pull_request_jobs
from mlops_spec.platforms.github.workflow.sign_in import identities, only_reads, reads_by_identity
from mlops_spec.platforms.github.workflow.typed import mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Delivery, Workflow

CODE = "MS516"
NAME = "identified-pull-request"
SEVERITY: Severity = "error"


def check(workflow: Workflow, delivery: Delivery) -> Iterator[Finding]:
    for job in pull_request_jobs(delivery, workflow):
        if not workflow.ours and holds(workflow, job, keeps_forks_out):
            continue  # who may push a branch may ask for an identity from there
        given = job.data.get("permissions", workflow.data.get("permissions"))
        asks = given == "write-all" or mapping(given).get("id-token") == "write"
        reads = reads_by_identity(delivery.spec, job) or (not workflow.ours and only_reads(job))
        if asks and not (given != "write-all" and reads):
            own = "permissions" in job.data
            place = (*job.token, "id-token") if own else ("permissions", "id-token")
            message = "the code of a pull request can act as this repository"
            alone = own and isinstance(given, dict) and not identities(job)  # a job that signs in wants another role
            fix = (Change(place, None),) if alone else ()
            yield Finding(
                place, message, "remove it: what needs an identity runs after the merge", at_key=True, fix=fix
            )
