"""A job that stores what it trained has signed in to where it stores it.

A runner of GitHub's has no credentials for anybody's bucket. The training ends, hours later, at `run --push`.

Bad:

    # .dvc/config
    [core]
        remote = storage
    ['remote "storage"']
        url = s3://bucket/example
        verify = true
    # .github/workflows/train.yml
    on: {push: {branches: [main]}}
    jobs:
      train:
        runs-on: ubuntu-24.04
        steps:
          - run: uv run --no-sync mlops-spec run --push

Good:

    # .dvc/config
    [core]
        remote = storage
    ['remote "storage"']
        url = s3://bucket/example
        verify = true
    # .github/workflows/train.yml
    on: {push: {branches: [main]}}
    jobs:
      train:
        runs-on: ubuntu-24.04
        environment: training
        permissions: {contents: read, id-token: write}
        steps:
          - uses: aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c # v6.2.3
            with: {role-to-assume: "arn:aws:iam::123456789012:role/models-write", aws-region: eu-central-1}
          - run: uv run --no-sync mlops-spec run --push

Fix: say in the spec's `storage` how a job signs in, and run `mlops-spec render`; in a workflow of your own add the
step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document import Document
from mlops_spec.document.finding import Finding
from mlops_spec.document.parse import parse
from mlops_spec.engines.files import SETTINGS
from mlops_spec.engines.settings import parsed
from mlops_spec.platforms.github.workflow.files import FOLDER
from mlops_spec.platforms.github.workflow.read import read
from mlops_spec.platforms.github.workflow.runner import own_machine
from mlops_spec.platforms.github.workflow.sign_in import identity, static
from mlops_spec.spec.storage import EXTRAS, scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.platforms.github.workflow.jobs import Job, Step
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS819"
NAME = "unsigned-remote"
SEVERITY: Severity = "error"


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    remote = parsed(repository.document(repository.once(str(SETTINGS))).lines).default
    url = spec.storage.url if spec.storage else remote.url if remote else ""
    if scheme(url) not in EXTRAS:
        return
    for document in _workflows(repository):
        for workflow in read({document.file: document}).workflows.values():
            for job, step, command in workflow.commands("run", "monitor"):
                if not _on_hosted_runner(job) or _signed_in(job, step):
                    continue
                if command.verb == "run" and command.option("--push") is not None:
                    message = f"nothing signs in to `{url}`, and this ends at its push"
                    hint = "say in the spec's `storage` how a job signs in, then run `mlops-spec render`"
                    yield Finding(step.place, message, hint, document=document, piece="mlops-spec run")
                # a monitor reads the storage where the spec says how it gets in, and else does without
                elif command.verb == "monitor" and spec.storage and spec.storage.sign_in:
                    message = f"nothing signs in to `{url}`, whose data this is to check"
                    hint = "run `mlops-spec render`, or add the step to a workflow of your own"
                    yield Finding(step.place, message, hint, document=document, piece="mlops-spec monitor")


def _workflows(repository: Repository) -> Iterator[Document]:
    for path in sorted(repository.sizes):
        if path.startswith(f"{FOLDER}/") and path.endswith((".yml", ".yaml")) and (content := repository.text(path)):
            document = parse(repository.name(path), content, aliases=True)
            if isinstance(document, Document):
                yield document


def _on_hosted_runner(job: Job) -> bool:
    return own_machine(job) is None


def _signed_in(job: Job, step: Step) -> bool:
    earlier = job.steps[: job.steps.index(step)]
    return any(identity(each) or static(each) for each in earlier) or static(step)
