"""A feature is known when the model is asked, by what people write of it.

What a comment or the data dictionary calls measured on the day, collected after a default or filled in afterwards is
there in the test and missing live. In a forecast, so is the weather of the day that is forecast.

Bad:

    data:
      path: data/rows.csv
      target: charged_off
      id: id
      contract: {columns: {amount: {type: number, min: 0}, recovered: {type: number, min: 0}}}
    # data/README.md
    | column | what it is |
    |---|---|
    | `recovered` | euros that were collected after a charge-off |

Good:

    data:
      path: data/rows.csv
      target: charged_off
      id: id
      contract: {columns: {amount: {type: number, min: 0}, recovered: {type: number, min: 0}}}
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [recovered]}
    # data/README.md
    | column | what it is |
    |---|---|
    | `recovered` | euros that were collected after a charge-off |

Fix: exclude the column, or take a lag of it; where it is known before, say so in the comment.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.comments import said_of
from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.repository.dictionary import Said, entries
from mlops_spec.spec.answer_words import speaks_of
from mlops_spec.spec.features import exclusion, is_feature
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS847"
NAME = "told-afterwards"
SEVERITY: Severity = "warning"

_AFTERWARDS = regex(
    r"\b(?:known|available|filled(?: in)?|set|entered|written|assigned|determined|computed) (?:only |just )?"
    r"(?:afterwards|later|in hindsight|retrospectively|at the end\b)"
    r"|\bonly (?:known|available|filled|set) (?:after|once|when)\b|\bin hindsight\b"
    r"|\bnot (?:yet )?(?:known|available|there) (?:yet )?(?:at|when|before|in production|live)\b"
    r"|\bleaks? the (?:target|label|answer|outcome)\b",
    re.IGNORECASE,
)
_BEHIND = regex(r"\b(?:after|once|upon|following|until|unless|when|never)\b((?:\W+\w+){1,5})", re.IGNORECASE)
_EARLIER = regex(r"\b(?:before|prior|previous\w*|earlier|last|since|ago|past|history|historical\w*)\b", re.IGNORECASE)
_OF_THE_DAY = regex(
    r"\b(?:measured|observed|recorded|metered|counted|reali[sz]ed|actuals?|(?:on|of) (?:that|the|the same) day"
    r"|as it (?:was|turned out))\b",
    re.IGNORECASE,
)
_AHEAD = regex(
    r"forecast|predict|plan|calendar|known|ahead|in advance|schedul|announc|decid|agreed|booked|fixed|contract|constant"
    r"|\blag|_ago\b|previous|\blast\b|before|average|usual|climat|normal|opening|size|capacity|built",
    re.IGNORECASE,
)
_WEATHER = regex(
    r"(^|_)(temperature|temp|tmax|tmin|tavg|rain|rainfall|precipitation|snow|snowfall|sunshine|wind|windspeed|humidity"
    r"|cloud\w*|irradiance|radiation|weather)(_(c|f|mm|max|min|mean|avg|speed|hours|cover|k|ms|kmh|celsius))*$"
)


def check(spec: Spec, document: Document, repository: Repository) -> Iterator[Finding]:
    ahead = TASKS[spec.task].ahead
    for column in _seen(spec):
        comment = said_of(document, ("data", "contract", "columns", column))
        said = [Said("its comment", comment), *entries(spec, repository, column)]
        for path, words in said:
            found = _told_of_forecast(words) if ahead else _told(spec, words)
            if found:
                yield _finding(spec, column, f"by {path} `{column}` is `{found}`, and the model sees it")
                break
        else:
            if ahead and _WEATHER.search(column.lower()) and not any(_AHEAD.search(words) for _, words in said):
                yield _finding(spec, column, f"`{column}` of a day that is forecast is known when that is over")


def _seen(spec: Spec) -> Iterator[str]:
    beside = (*spec.data.targets, spec.data.time, spec.data.series, spec.data.split.column, *spec.data.lags)
    for column in spec.data.contract.columns:
        if is_feature(spec, column) and column not in beside and not _AHEAD.search(column.lower()):
            yield column


def _told(spec: Spec, words: str) -> str:
    """The words that say a column is known afterwards; empty where none do."""
    if found := _AFTERWARDS.search(words):
        return found[0]
    for behind in _BEHIND.finditer(words) if not _EARLIER.search(words) else ():
        named = re.findall(r"[A-Za-z]+", behind[1])
        if any(speaks_of(target, word) for target in spec.data.targets for word in named):
            return behind[0].strip()
    return ""


def _told_of_forecast(words: str) -> str:
    found = _AFTERWARDS.search(words) or (None if _AHEAD.search(words) else _OF_THE_DAY.search(words))
    return found[0] if found else ""


def _finding(spec: Spec, column: str, message: str) -> Finding:
    return Finding(("data", "contract", "columns", column), message, exclusion(spec, column), at_key=True)
