"""A stage installs nothing.

What a command installs while it runs is another version tomorrow, is not in `uv.lock`, and comes from whoever owns the
name that day. The environment is locked with hashes before any stage runs.

Bad:

    pipeline:
      features:
        run: pip install feature-tools
        writes: [build/features]
    train:
      run: python -m example.train
      reads: [build/features]
      predictor: example.predict:load

Good:

    pipeline:
      features:
        run: python -m example.features
        writes: [build/features]
    train:
      run: python -m example.train
      reads: [build/features]
      predictor: example.predict:load

Fix: `uv add` the package; the lock is a dependency of every stage.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.stages import commands, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS310"
NAME = "unlocked-install"
SEVERITY: Severity = "error"


_INSTALLERS = frozenset(("pip", "pip3", "pipx", "conda", "mamba", "poetry", "apt", "apt-get", "npm"))
_VERBS = frozenset(("install", "add"))


def check(spec: Spec) -> Iterator[Finding]:
    for address, command in commands(spec):
        said = words(command)
        pairs = {(PurePosixPath(program).name, verb) for program, verb in pairwise(said)}
        if any(program in (*_INSTALLERS, "uv") and verb in _VERBS for program, verb in pairs):
            yield Finding(
                address, "the command installs what no lock file holds", "add it to the project's dependencies"
            )
