"""A job gets into the storage in one way, and it is one that the storage knows.

With two ways nobody can say which rights a job has; with none, or with one of another cloud, it has no rights at all.
GitHub keeps no secret whose name begins with `GITHUB_`, and a step that is given `PATH` or `LD_PRELOAD` runs something
else; a name twice makes a workflow that GitHub refuses.

Bad:

    storage:
      url: s3://acme-models/credit-default
      region: eu-central-1
      sign_in:
        aws: {read: "arn:aws:iam::123456789012:role/read", write: "arn:aws:iam::123456789012:role/write"}
        secrets: {read: [AWS_ACCESS_KEY_ID], write: [AWS_ACCESS_KEY_ID]}

Good:

    storage:
      url: s3://acme-models/credit-default
      region: eu-central-1
      sign_in:
        aws: {read: "arn:aws:iam::123456789012:role/read", write: "arn:aws:iam::123456789012:role/write"}

Fix: keep the one that the storage belongs to: `aws` for s3 (with its `region`), `google` for gs, `azure` for azure; and
`secrets` for any store, each under a name that nothing else goes by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.diagnostic import listed
from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.storage import scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec
    from mlops_spec.spec.storage import Secrets, Storage

CODE = "MS020"
NAME = "unsettled-sign-in"
SEVERITY: Severity = "error"

_PLACE = ("storage", "sign_in")
_CLOUDS = {"aws": "s3", "google": "gs", "azure": "azure"}
# Variables by which GitHub, a job's steps and this program run, and of which a secret would take the place.
_RESERVED = regex(
    r"(ACTIONS|DYLD|GITHUB|LD|MLOPS|RUNNER)_.*|BASH_ENV|ENV|HOME|IFS|PATH|PYTHON(HOME|PATH|STARTUP)|SHELL|VIRTUAL_ENV"
)


def check(spec: Spec) -> Iterator[Finding]:
    if spec.storage is None or spec.storage.sign_in is None:
        return
    ways = [name for name in ("aws", "google", "azure", "secrets") if getattr(spec.storage.sign_in, name)]
    if spec.storage.sign_in.secrets:
        yield from _of_names(spec.storage.sign_in.secrets)
    if len(ways) == 1:
        yield from _fits(spec.storage, ways[0])
    elif ways:
        yield Finding(_PLACE, f"a job can't sign in by {listed(ways, 'and')} at once", "keep one", at_key=True)
    else:
        hint = "name one of `aws`, `google`, `azure` and `secrets`, or remove it"
        yield Finding(_PLACE, "this says no way to sign in", hint, at_key=True)


def _fits(storage: Storage, way: str) -> Iterator[Finding]:
    its = scheme(storage.url)
    if way in _CLOUDS and its != _CLOUDS[way]:
        message = f"signing in by `{way}` opens `{_CLOUDS[way]}://`, not `{storage.url}`"
        right = next((name for name, known in _CLOUDS.items() if known == its), "secrets")
        yield Finding((*_PLACE, way), message, f"write `{right}`", at_key=True)
    elif way == "aws" and storage.region is None:
        yield Finding((*_PLACE, way), "signing in to AWS needs the region", "add `region` to `storage`", at_key=True)
    if storage.endpoint and its != "s3":
        yield Finding(("storage", "endpoint"), f"`{storage.url}` has no endpoint", "remove it", at_key=True)


def _of_names(secrets: Secrets) -> Iterator[Finding]:
    for rights in ("read", "write", "score"):
        names = getattr(secrets, rights)
        for index, name in enumerate(names):
            place = (*_PLACE, "secrets", rights, index)
            if _RESERVED.fullmatch(name):
                yield Finding(place, f"`{name}` is not for secrets: what runs a step goes by it", "choose another name")
            elif name in names[:index]:
                yield Finding(place, f"`{name}` stands here twice: GitHub refuses such a workflow", "take it out")
