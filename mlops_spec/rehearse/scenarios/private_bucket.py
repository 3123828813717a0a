"""The scenario `private-bucket`: a life on S3, where a job's identity decides whether it may read or write.

A pull request that edits a workflow gets no further: it is refused the write role, the environment and the put.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.pins import ACTIONS
from mlops_spec.rehearse import small
from mlops_spec.rehearse.private import NAME, READ, REGION, WRITE, Private, account, signed_in, stored
from mlops_spec.rehearse.proof import all_answered, audit, clean
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.small import FIRST, REPOSITORY, first_promotion, set_parameter
from mlops_spec.rehearse.stage import PRODUCTION, STAGING, check, live, log, merge, must, only, propose

if TYPE_CHECKING:
    from pathlib import Path

_SECOND = "v1.1.0"


def _begin(stage: Private) -> str:
    stage.world.hub.settings.private = True
    told = small.begin(stage, partial(stored, stage))
    run = stage.world.runs[0]
    must(signed_in(run, "models-write"), "the training did not sign in to write", log(run))
    return f"{told}, {len(stage.bucket.keys())} objects in s3://{NAME}"


def _read(stage: Private) -> str:
    before = stage.bucket.keys()
    number = propose(stage, "Looser", set_parameter("1.0", "2.0"), "Does it rank better?")
    run = check(stage, number)
    must(signed_in(run, "models-read"), "the training did not sign in to read", log(run))
    must(stage.bucket.keys() == before, "a pull request wrote to the bucket", log(run))
    return "trained and judged with the read role, nothing written"


def _attack(stage: Private) -> str:
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
    must(signed_in(run, "models-write"), "the training did not sign in to write", log(run))
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
    must(signed_in(run, "models-read"), "the monitor did not sign in to read", log(run))
    return f"the monitor reads with its role; {clean(stage)}"


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
          aws-region: {REGION}
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
{_SIGN_IN.format(role=READ)}\
      - run: |
          echo taken > taken.txt
          uv run --no-sync dvc add taken.txt
          uv run --no-sync dvc push taken.txt.dvc
"""
_TAKE = "".join(
    (
        "name: take\non: pull_request\npermissions: {}\njobs:\n",
        _JOB.format(name="write-role", more=_IDENTITY) + _SIGN_IN.format(role=WRITE),
        _JOB.format(name="environment", more=f"    environment: training\n{_IDENTITY}") + _SIGN_IN.format(role=WRITE),
        _JOB.format(name="put", more=_IDENTITY) + _PUT,
        _JOB.format(name="no-permission", more="") + _SIGN_IN.format(role=READ),
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
SCENARIO = Scenario(REPOSITORY, SCENES, Private, account)
