"""The start of scenarios on S3: a small model whose storage is a bucket, and roles that jobs sign in to."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.rehearse import process
from mlops_spec.rehearse.bucket import Account, Bucket, role, serving
from mlops_spec.rehearse.hub import identity
from mlops_spec.rehearse.stage import Stage, replace_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mlops_spec.rehearse.run import Run

_ASSUMED = "Authenticated as assumedRoleId "
NAME, REGION, _ACCOUNT = "acme-models", "eu-central-1", "123456789012"
READ, WRITE = (f"arn:aws:iam::{_ACCOUNT}:role/models-{rights}" for rights in ("read", "write"))
#: What trust policies allow: the end of the subjects, by role.
SUBJECTS = {
    READ: ("pull_request", "environment:monitoring", "environment:pull-requests"),
    WRITE: ("environment:training",),
}
_STORAGE = f"""\
storage:
  url: s3://{NAME}/visits
  region: {REGION}
  sign_in:
    aws:
      read: {READ}
      write: {WRITE}
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
def account(stage: Private) -> Iterator[None]:
    """A bucket, a role for pull requests and the monitor that reads, and one for the training after a merge."""
    world = stage.world
    roles = tuple(
        role(arn, tuple(f"{identity.prefix(world.hub)}:{each}" for each in found), NAME, writes=arn == WRITE)
        for arn, found in SUBJECTS.items()
    )
    what = Account(NAME, REGION, identity.issuer(world.api_url), roles)
    with serving(world.folder / "bucket", what) as stage.account:
        world.cloud.author, world.cloud.hosts = stage.bucket.owner, stage.bucket.reader
        world.cloud.jobs = stage.bucket.endpoints
        yield


def stored(stage: Stage, clone: Path) -> None:
    """The spec says where the storage is and how jobs get in; what DVC needs for it is locked."""
    replace_in(clone / model_folder.SPEC, "data:\n", _STORAGE)
    replace_in(clone / "pyproject.toml", "dependencies = [\n", 'dependencies = [\n  "dvc[s3]>=3.60",\n')
    stage.world.author.run(process.find("uv"), "lock", "--quiet")


def signed_in(run: Run, name: str) -> bool:
    """Whether one job of a run assumed a role, and none another."""
    found = {line for job in run.jobs for step in job.steps for line in step.output if _ASSUMED in line}
    return len(found) == 1 and name in found.pop()
