"""A command needs no shell.

Commands are split into words and run directly, so that no value of the spec is ever read as shell code. `&&`, pipes,
redirections and `$NAME` reach the program as arguments like any other.

Bad:

    train:
      run: python -m example.prepare && python -m example.train
      predictor: example.predict:load

Good:

    pipeline:
      prepare:
        run: python -m example.prepare
        writes: [build/prepared]
    train:
      run: python -m example.train
      reads: [build/prepared]
      predictor: example.predict:load

Fix: make each command a stage, or put the steps into a module of yours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.stages import commands, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS305"
NAME = "shell-syntax"
SEVERITY: Severity = "error"


_OPERATORS = frozenset(("&&", "||", "|", ";", "&", ">", ">>", "<", "2>", "2>&1", "|&"))
_EXPANSION = regex(r"\$[A-Za-z_(]|`|^~")


def check(spec: Spec) -> Iterator[Finding]:
    for address, command in commands(spec):
        for word in words(command):
            if word in _OPERATORS or word.endswith(";") or _EXPANSION.search(word):
                message = f"`{word}` means something to a shell, and there is none"
                yield Finding(address, message, "make each command a stage, or write a module")
                break
