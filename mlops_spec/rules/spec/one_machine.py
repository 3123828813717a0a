"""What is named is there on every machine that asks for it.

A home directory, a drive or `localhost` is on one person's machine. GitHub's runners have another, and so have
colleagues: `dvc pull` fails there, or finds an empty folder and goes on. A store inside the repository ends with the
runner that a merge pushed to.

Bad:

    storage:
      url: /home/jonas/dvc-store

Good:

    storage:
      url: s3://acme-models/parcels
      region: eu-central-1
      sign_in:
        aws:
          read: "arn:aws:iam::123456789012:role/read"
          write: "arn:aws:iam::123456789012:role/write"

Fix: name a store that all reach (`s3://`, `gs://`, `azure://`, ssh), a path inside the repository, or a runner of your
own that mounts the folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.platforms.github.runners import is_githubs
from mlops_spec.regex import regex
from mlops_spec.spec.data import Import
from mlops_spec.spec.stages import commands, words
from mlops_spec.spec.storage import scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS314"
NAME = "one-machine"
SEVERITY: Severity = "error"


_ONES = regex(r"(^|[=,:'\" ])(/home/|/Users/|/root/|~/|[A-Za-z]:[\\/](?!/)|file://|/private/|/Volumes/)")
_LOCAL = regex(r"^[a-z0-9+]*:?/?/?(localhost|127\.0\.0\.1|0\.0\.0\.0)(:|/|$)")


def check(spec: Spec) -> Iterator[Finding]:
    githubs = is_githubs(spec.train.compute.label)
    hint = "name a store that every machine reaches"
    if spec.storage is not None:
        url = spec.storage.url
        if not scheme(url) and (githubs or _ONES.search(url)):
            yield Finding(("storage", "url"), f"`{url}` is a folder that {_whom(githubs)} lacks", hint)
        if githubs and _LOCAL.search((spec.storage.endpoint or "").lower()):
            yield Finding(("storage", "endpoint"), "every machine is its own `localhost`", hint)
    path = spec.data.path
    if isinstance(path, Import) and (_ONES.search(path.import_) or (githubs and _is_folder(path.import_))):
        yield Finding(("data", "path", "import"), f"this is a file that {_whom(githubs)} lacks", hint)
    for place, command in commands(spec):
        for word in words(command):
            if _ONES.search(word):
                yield Finding(place, f"`{word}` is a path of one machine", "name one in the repository", piece=word)
    yield from _in_params(("train", "params"), spec.train.params, githubs)


def _in_params(place: Address, value: object, githubs: bool) -> Iterator[Finding]:
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _in_params((*place, name), each, githubs)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _in_params((*place, index), each, githubs)
    elif isinstance(value, str) and _ONES.search(value):
        yield Finding(place, f"`{value}` is a path of one machine", "name one in the repository")
    elif isinstance(value, str) and githubs and "//" in value and _LOCAL.search(value.lower()):
        yield Finding(place, f"on the runner nothing answers at `{value}`")


def _is_folder(address: str) -> bool:
    return address.startswith("/")


def _whom(githubs: bool) -> str:
    return "GitHub's runner" if githubs else "every other machine"
