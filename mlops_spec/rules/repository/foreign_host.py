"""The repository lies on github.com, or in GitHub Enterprise Cloud.

The rendered workflows name called workflows by `$/`, queue releases by `concurrency.queue`, hand over by artifacts of
version 4 and attest: GitHub Enterprise Server has none of these, and no other forge runs GitHub's workflows as GitHub
does.

Bad:

    branch: main
    # .git/config
    [remote "origin"]
        url = https://github.acme.example/credit/scoring.git

Good:

    branch: main
    # .git/config
    [remote "origin"]
        url = https://github.com/acme/scoring.git

Fix: move the repository to github.com, or to a host of GitHub Enterprise Cloud (`NAME.ghe.com`). Where `origin` is a
mirror of one that lies there, ignore the rule on its line and say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.repository.origin import on_github

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository

CODE = "MS821"
NAME = "foreign-host"
SEVERITY: Severity = "warning"


def check(repository: Repository) -> Iterator[Finding]:
    host = repository.origin.host
    if not on_github(host):
        message = f"the rendered workflows need github.com or GitHub Enterprise Cloud, but `origin` lies on `{host}`"
        yield Finding(("model",), message, "see `mlops-spec explain MS821`", at_key=True)
