"""Commands that run within a container: of which image, and what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

_STARTS = regex(r"(docker|podman|nerdctl)( container)? run ")
#: Options of `docker run` without a value; any other takes the word behind it.
_FLAGS = regex(
    r"--(rm|detach|interactive|tty|init|privileged|read-only|publish-all|no-healthcheck|oom-kill-disable|sig-proxy|quiet)"
    r"|-[ditPq]+|--[\w-]+=.*|-[evpwumlhc](?=[^\s]).+"
)


class Contained(NamedTuple):
    """What a container is started from, and what it is told to run instead of what its image says."""

    image: str
    words: tuple[str, ...]


def contained(words: Sequence[str]) -> Contained | None:
    """What a command starts in a container; None where it starts none.

    >>> contained(("docker", "run", "--rm", "-v", "data:/data", "acme/credit:1", "python", "evaluate.py"))
    Contained(image='acme/credit:1', words=('python', 'evaluate.py'))
    """
    if not (begun := _STARTS.match(" ".join(words[:4]) + " ")):
        return None
    rest = list(words[begun[0].split().index("run") + 1 :])
    entry: tuple[str, ...] = ()
    while rest and rest[0].startswith("-"):
        option = rest.pop(0)
        entry = (option.partition("=")[2],) if option.startswith("--entrypoint=") else entry
        if not _FLAGS.fullmatch(option) and rest:
            value = rest.pop(0)
            entry = (value,) if option == "--entrypoint" else entry
    return Contained(rest[0], (*entry, *rest[1:])) if rest else None


def repository(image: str) -> str:
    """What an image is called, without its tag or digest.

    >>> repository("ghcr.io:443/acme/credit:1.2"), repository("acme/credit@sha256:0a")
    ('ghcr.io:443/acme/credit', 'acme/credit')
    """
    name = image.partition("@")[0]
    path, _, last = name.rpartition("/")
    return f"{path}/{last.partition(':')[0]}" if path else last.partition(":")[0]
