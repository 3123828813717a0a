"""A command can be taken apart into words.

Commands run without a shell: the text is split at spaces, as `shlex` does, and the first word is the program. A quote
that is not closed, or a text of spaces, leaves nothing to run.

Bad:

    train:
      run: python -m example.train --name "first
      predictor: example.predict:load

Good:

    train:
      run: python -m example.train --name "first try"
      predictor: example.predict:load

Fix: close the quote, or write the command.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.stages import commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS012"
NAME = "unrunnable-command"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for address, command in commands(spec):
        if command.isspace():
            yield Finding(address, "the command is empty", "write the program and its arguments")
        elif any(mark in command for mark in "'\"\\"):
            try:
                shlex.split(command)
            except ValueError as error:
                said = str(error).lower()
                yield Finding(address, f"the command can't be split into words: {said}", "close the quote")
