"""A command ends as failed where a part of it does.

`--allow-errors` lets a notebook go on behind a cell that failed, `make -i` behind a step: the command ends well, and
what lies in `build` is of the run before, or half done. It is judged and released as the new one.

Bad:

    train:
      run: jupyter nbconvert --to notebook --execute --allow-errors train.ipynb
      predictor: example.predict:load

Good:

    train:
      run: jupyter nbconvert --to notebook --execute train.ipynb
      predictor: example.predict:load

Fix: leave the option out.
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

CODE = "MS321"
NAME = "forgiving-command"
SEVERITY: Severity = "error"

_FORGIVING = {
    "--allow-errors": "cells that fail are passed over",
    "--ExecutePreprocessor.allow_errors=True": "cells that fail are passed over",
    "--ignore-errors": "steps that fail are passed over",
}
_MAKE = {"-i": "steps that fail are passed over", "-k": "it goes on behind a step that failed"}
_SWALLOWED = regex(r"(\|\||;)\s*(true|:|exit 0)\s*$")


def check(spec: Spec) -> Iterator[Finding]:
    for place, command in commands(spec):
        said = words(command)
        known = _FORGIVING | (_MAKE if said[:1] == ("make",) else {})
        for word in said:
            if why := known.get(word):
                yield Finding(place, f"by `{word}` {why}, and the command ends well", "leave it out", piece=word)
            elif "-c" in said[:3] and (match := _SWALLOWED.search(word)):
                yield Finding(place, f"by `{match[0].strip()}` a failure counts as success", "leave it out")
