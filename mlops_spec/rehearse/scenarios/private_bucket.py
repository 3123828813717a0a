"""The scenario `private-bucket`: a life on S3, where each job is let in by its identity, to read or to write.

A pull request that edits a workflow gets no further: it is refused the write role, the environment and the put.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from mlops_spec import layout
from mlops_spec.actions import ACTIONS
from mlops_spec.rehearse import process, small
from mlops_spec.rehearse.bucket import Account, Bucket, role, serving
from mlops_spec.rehearse.hub import identity
from mlops_spec.rehearse.proof import all_answered, audit, clean
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.small import FIRST, REPOSITORY, first_promotion, set_parameter
from mlops_spec.rehearse.stage import (
    PRODUCTION,
    STAGING,
    Stage,
    check,
    live,
    log,
    merge,
    must,
    only,
    propose,
    replace_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.rehearse.run import Run

_SECOND = "v1.1.0"
_NAME, _REGION, _ACCOUNT = "acme-models", "eu-central-1", "123456789012"
_READ, _WRITE = (f"arn:aws:iam::{_ACCOUNT}:role/models-{rights}" for rights in ("read", "write"))
#: What trust policies allow: the end of the subjects, by role.
SUBJECTS = {_READ: ("pull_request", "environment:monitoring"), _WRITE: ("environment:training",)}
_STORAGE = f"""\
storage:
  url: s3://{_NAME}/visits
  region: {_REGION}
  sign_in:
    aws:
      read: {_READ}
      write: {_WRITE}
  pull_requests: read

data:
"""


@dataclass
class Private(Stage):
    """The stage, and the bucket of its account."""

    account: Bucket | None = None

    @property
    def bucket(self) -> Bucket:
        assert self.account is not None, "the bucket's server does not run"
        return self.account


@contextmanager
def _account(stage: Private) -> Iterator[None]:
    """A bucket, a role for pull requests and the monitor that reads, and one for the training after a merge."""
    world = stage.world
    roles = tuple(
        role(arn, tuple(f"{identity.prefix(world.hub)}:{each}" for each in found), _NAME, writes=arn == _WRITE)
        for arn, found in SUBJECTS.items()
    )
    account = Account(_NAME, _REGION, identity.issuer(world.api_url), roles)
    with serving(world.folder / "bucket", account) as stage.account:
        world.cloud.author, world.cloud.hosts = stage.bucket.owner, stage.bucket.reader
        world.cloud.jobs = stage.bucket.endpoints
        yield


def _begin(stage: Private) -> str:
    stage.world.hub.settings.private = True
    told = small.begin(stage, partial(_stored, stage))
    run = stage.world.runs[0]
    must(_signed_in(run, "models-write"), "the training did not sign in to write", log(run))
    return f"{told}, {len(stage.bucket.keys())} objects in s3://{_NAME}"


def _stored(stage: Private, clone: Path) -> None:
    """The spec says where the storage is and how jobs get in; what DVC needs for it is locked."""
    replace_in(clone / layout.SPEC, "data:\n", _STORAGE)
    replace_in(clone / "pyproject.toml", "dependencies = [\n", 'dependencies = [\n  "dvc[s3]>=3.60",\n')
    stage.world.author.run(process.find("uv"), "lock", "--quiet")


def _read(stage: Private) -> str:
    before = stage.bucket.keys()
    number = propose(stage, "Looser", set_parameter("1.0", "2.0"), "Does it rank better?")
    run = check(stage, number)
    must(_signed_in(run, "models-read"), "the training did not sign in to read", log(run))
    must(stage.bucket.keys() == before, "a pull request wrote to the bucket", log(run))
    return "trained and judged with the read role, nothing written"


def _attack(stage: Private) -> str:
    """Somebody who may push a branch tries a workflow of their own: it reads, which their role allows, and no more."""
    before = stage.bucket.keys()
    number = propose(stage, "Take more", _taking, "")
    runs = {run.workflow: run for run in stage.world.run_checks(number)}
    run = only([runs["take"]], "failure")
    said = {job.id: "\n".join(line for step in job.steps for line in step.output) for job in run.jobs}
    for job, words in _REFUSALS.items():
        must(words in said[job], f"{job} was not told “{words}”", log(run))
    must(stage.bucket.keys() == before, "a pull request wrote to the bucket", log(run))
    return "no write role, no environment training, no put: nothing written"


def _merged(stage: Private) -> str:
    before = set(stage.bucket.keys())
    run = merge(stage, stage.pull_requests[0])
    must(run.output("version") == _SECOND, f"{run.output('version')} was registered, not {_SECOND}")
    must(_signed_in(run, "models-write"), "the training did not sign in to write", log(run))
    written = set(stage.bucket.keys()) - before
    must(bool(written), "the merge wrote nothing to the bucket", log(run))
    return f"environment training writes {len(written)} objects, {_SECOND} registered, {live(stage, STAGING, _SECOND)}"


def _promoted(stage: Private) -> str:
    with small.clients(stage) as asked:  # what the canary is judged by
        small.promote(stage)
        stage.version = _SECOND
        told = live(stage, PRODUCTION, _SECOND)
    return f"{told}, {all_answered(asked)}"


def _monitored(stage: Private) -> str:
    run = only([stage.world.run_scheduled("mlops-monitor.yml")], "success")
    must(_signed_in(run, "models-read"), "the monitor did not sign in to read", log(run))
    return f"the monitor reads with its role; {clean(stage)}"


def _signed_in(run: Run, name: str) -> bool:
    """Whether one job of a run assumed a role, and none another."""
    found = {line for job in run.jobs for step in job.steps for line in step.output if _ASSUMED in line}
    return len(found) == 1 and name in found.pop()


_ASSUMED = "Authenticated as assumedRoleId "
_REFUSALS = {
    "write-role": "Could not assume role with OIDC: Not authorized to perform sts:AssumeRoleWithWebIdentity",
    "environment": 'Branch "3/merge" is not allowed to deploy to training due to environment protection rules.',
    "put": "AccessDenied",
    "no-permission": "Could not load credentials from any providers",
}
_SIGN_IN = f"""\
      - uses: {ACTIONS["aws_credentials"].ref} # {ACTIONS["aws_credentials"].version}
        with:
          role-to-assume: {{role}}
          aws-region: {_REGION}
"""
_JOB = """\
  {name}:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
{more}    steps:
"""
_IDENTITY = "    permissions:\n      contents: read\n      id-token: write\n"
_PUT = f"""\
      - uses: {ACTIONS["checkout"].ref} # {ACTIONS["checkout"].version}
        with:
          persist-credentials: false
      - uses: {ACTIONS["setup_uv"].ref} # {ACTIONS["setup_uv"].version}
        with:
          enable-cache: false
      - run: uv sync --locked --no-dev
{_SIGN_IN.format(role=_READ)}\
      - run: |
          echo taken > taken.txt
          uv run --no-sync dvc add taken.txt
          uv run --no-sync dvc push taken.txt.dvc
"""
_TAKE = "".join(
    (
        "name: take\non: pull_request\npermissions: {}\njobs:\n",
        _JOB.format(name="write-role", more=_IDENTITY) + _SIGN_IN.format(role=_WRITE),
        _JOB.format(name="environment", more=f"    environment: training\n{_IDENTITY}") + _SIGN_IN.format(role=_WRITE),
        _JOB.format(name="put", more=_IDENTITY) + _PUT,
        _JOB.format(name="no-permission", more="") + _SIGN_IN.format(role=_READ),
    )
)


def _taking(clone: Path) -> None:
    (clone / ".github/workflows/take.yml").write_text(_TAKE, encoding="utf-8")


SCENES: tuple[Scene[Private], ...] = (
    Scene(f"a small model on S3: first push, {FIRST} in staging", _begin, "mlops-merge"),
    Scene(f"{FIRST} promoted: the host reads the bucket", first_promotion, "mlops-promote-production"),
    Scene("pull request “Looser” reads by its role", _read, "mlops-pull-request"),
    Scene("pull request “Take more” tries to write", _attack, "take", stops=True),
    Scene("“Looser” merged: environment training writes", _merged, "mlops-merge"),
    Scene(f"{_SECOND} promoted", _promoted, "mlops-promote-production"),
    Scene("monitor", _monitored, "mlops-monitor"),
    Scene("audit verify", audit),
)
SCENARIO = Scenario(REPOSITORY, SCENES, Private, _account)
