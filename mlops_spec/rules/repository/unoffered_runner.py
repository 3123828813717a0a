"""In a repository of several models, one workflow scores them all.

It is rendered from `pyproject.toml`, whatever models there are. A runner that a model alone names would be passed over,
and no day scored; a schedule of its own would not start it.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    environments:
      nightly:
        target: batch
        after: merge
        input: s3://acme-data/customers/{date}/*.parquet
        output: s3://acme-data/scores/{date}/
        schedule: "20 3 * * *"
        runner: scorer
    # in models/churn/

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
    environments:
      nightly:
        target: batch
        after: merge
        input: s3://acme-data/customers/{date}/*.parquet
        output: s3://acme-data/scores/{date}/
    # in models/churn/
    # ../../pyproject.toml
    [tool.mlops-spec.environments.nightly]
    schedule = "20 3 * * *"
    runner = "scorer"

Fix: say `runner` and `schedule` in `[tool.mlops-spec.environments.NAME]`; or leave `runner` out, and let
`mlops-spec agent --environment NAME` score on a host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.shared import SharedEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared

CODE = "MS837"
NAME = "unoffered-runner"
SEVERITY: Severity = "error"


def check(spec: Spec, repository: Repository, shared: Shared) -> Iterator[Finding]:
    for name, batch in spec.batches.items() if repository.inside else ():
        said, hint = (
            shared.environments.get(name, SharedEnvironment()),
            f"say it in [tool.mlops-spec.environments.{name}]",
        )
        if batch.runner is None:
            continue
        if batch.runner != said.runner:
            message = f"the one workflow that scores is rendered from pyproject.toml, which names {_shown(said.runner)}"
            yield Finding(("environments", name, "runner"), message, hint)
        elif batch.schedule != said.schedule:
            message = f"the one workflow that scores is started by pyproject.toml's schedule, {_shown(said.schedule)}"
            yield Finding(("environments", name, "schedule"), message, hint)


def _shown(said: str | None) -> str:
    return "none" if said is None else f"`{said}`"
