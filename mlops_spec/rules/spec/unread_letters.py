"""A measure of texts reads the letters that they are written in.

`rouge_l` takes runs of a-z and 0-9 for words, as rouge-score does: of Chinese, Arabic or Russian texts it sees nothing,
and is undefined. `token_f1` splits at white space: a Chinese, Japanese or Thai sentence is one word to it, so it is
exact match under another name.

Bad:

    task: generation
    data:
      path: data/rows.csv
      target: title
      id: id
      contract:
        columns:
          language: {type: category, values: [ja, zh]}
    gates:
      - metric: token_f1
        min: 0.4

Good:

    task: generation
    data:
      path: data/rows.csv
      target: title
      id: id
      contract:
        columns:
          language: {type: category, values: [ja, zh]}
    gates:
      - metric: chrf
        min: 0.4

Fix: take `chrf`, which counts characters of any script, or a measure of your own that knows the language's words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.answered_words import says
from mlops_spec.spec.measures import measures
from mlops_spec.spec.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS232"
NAME = "unread-letters"
SEVERITY: Severity = "warning"

_COLUMN = regex(r"(.*_)?(lang|language|locale|lng)(_.*)?")
_WITHOUT_SPACES = {"zh": "chinese|mandarin|cantonese", "ja": "japanese", "th": "thai", "lo": "lao", "km": "khmer"}
_OTHER_LETTERS = {
    "ru": "russian",
    "uk": "ukrainian",
    "bg": "bulgarian",
    "el": "greek",
    "ar": "arabic",
    "fa": "persian|farsi",
    "he": "hebrew",
    "hi": "hindi",
    "bn": "bengali",
    "ta": "tamil",
    "ko": "korean",
    "ka": "georgian",
    "hy": "armenian",
}
_UNREAD = {"token_f1": _WITHOUT_SPACES, "rouge_l": _WITHOUT_SPACES | _OTHER_LETTERS}
_WHY = {"token_f1": "takes a sentence without spaces for one word", "rouge_l": "reads no letters but a to z"}


def check(spec: Spec) -> Iterator[Finding]:
    if TASKS[spec.task].answer.holds != "text":
        return
    for address, name in measures(spec):
        if (languages := _UNREAD.get(name)) and (language := _language(spec, languages)):
            message = f"`{name}` {_WHY[name]}, and there are texts in such a language (`{language}`)"
            yield Finding(address, message, "take `chrf`, which counts characters of any script")


def _language(spec: Spec, languages: dict[str, str]) -> str:
    named = "|".join(languages.values())
    for column, promised in spec.data.contract.columns.items():
        if _COLUMN.fullmatch(column.lower()):
            for value in map(str, promised.values or ()):
                if re.split(r"[-_]", value.lower())[0] in languages or re.fullmatch(named, value.lower()):
                    return value
    return says((*spec.data.targets, spec.model, spec.description or ""), named)
