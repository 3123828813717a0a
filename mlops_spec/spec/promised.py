"""Which of two classes a description promises the probability of, told by words and what they are the contrary of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.regex import regex
from mlops_spec.spec.answer_words import speaks_of

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Words for one end of a matter, and for the other.
_ENDS = (
    (regex(r"(re)?(paid|pays?)"), regex(r"default(s|ed|ing|er)?|unpaid|arrears|delinquen\w+|insolven\w+|bankrupt\w*")),
    (
        regex(r"stay(s|ed|ing)?|retained|renew(s|ed|al)?|remains?|loyal|active"),
        regex(r"churn\w*|leav(e|es|ing)|left|cancel\w*|quits?|laps(e|es|ed)|resign(s|ed)?|attrition"),
    ),
    (regex(r"surviv\w+|alive"), regex(r"die[sd]?|death|dead|mortality|deceased")),
    (
        regex(r"genuine|legit(imate)?|honest|authentic|ham"),
        regex(r"fraud\w*|fakes?|forged|spam|scam|counterfeit|malicious|phishing"),
    ),
    (
        regex(r"ok|okay|good|normal|intact|healthy|benign|pass(es|ed)?"),
        regex(r"bad|defect\w*|broken|fault\w*|fail(s|ed|ure)?|abnormal|anomal\w+|sick|ill|malignant|scrap"),
    ),
    (regex(r"punctual"), regex(r"late|delay(s|ed)?|overdue")),
)
_NOT = frozenset(("not", "no", "never", "non", "without", "nor", "neither"))
_BETWEEN = frozenset(
    "a an the any be been being is its their to longer fully ever actually properly get gets back ever again in".split()
)
_LEAST = 4  # letters that a word without a contrary must have
_WORD = regex(r"[a-z]+(?:'t)?")
_CLAUSE = regex(
    r"\b(?:probability|chance|likelihood|risk|odds|propensity|how likely|whether|predicts?"
    r"|detects?|flags|spots)\b[^.;:(]*",
    re.IGNORECASE,
)


class Term(NamedTuple):
    """A word of a class, and 1; or -1 where it is denied, or is of the other class."""

    word: str
    way: int


def terms(text: str, way: int = 1) -> tuple[Term, ...]:
    """The words of a class's name or value.

    >>> terms("not_repaid"), terms("default_60d")
    ((Term(word='repaid', way=-1),), (Term(word='default', way=1),))
    """
    words = _WORD.findall(text.lower())
    return tuple(
        Term(word, -way if _is_denied(words, place) else way)
        for place, word in enumerate(words)
        if word not in _NOT and (len(word) >= _LEAST or any(form.fullmatch(word) for ends in _ENDS for form in ends))
    )


def contrary_promise(description: str, positive: Sequence[Term]) -> str:
    """What a description promises, where all that it says of the classes is the contrary of the positive one.

    Empty where it promises the positive class, both, or neither.

    >>> contrary_promise("Probability that a loan is not paid back.", terms("repaid"))
    'Probability that a loan is not paid back'
    """
    for clause in _CLAUSE.finditer(description):
        words = _WORD.findall(clause[0].lower())
        found = [
            term.way * way * (-1 if _is_denied(words, place) else 1)
            for place, word in enumerate(words)
            for term in positive
            if not _denies(words, place) and (way := _way(term.word, word))
        ]
        if found:
            return " ".join(clause[0].split()) if all(each < 0 for each in found) else ""
    return ""


def _way(term: str, word: str) -> int:
    """1 where both say the same, -1 where one is the contrary of the other, 0 where neither is known."""
    for ends in _ENDS:
        of_term, of_word = (
            next((i for i, form in enumerate(ends) if form.fullmatch(each)), -1) for each in (term, word)
        )
        if -1 not in (of_term, of_word):
            return 1 if of_term == of_word else -1
    return 1 if speaks_of(term, word) else 0


def _is_denied(words: Sequence[str], place: int) -> bool:
    """Whether the word before, small ones left out, says no."""
    for before in range(place - 1, -1, -1):
        if words[before] not in _BETWEEN:
            return words[before] in _NOT or words[before].endswith("n't") or _denies(words, before)
    return False


def _denies(words: Sequence[str], place: int) -> bool:
    """Whether it is the `fails` of `fails to pay`."""
    return words[place] in ("fail", "fails", "failing", "stop", "stops") and words[place + 1 : place + 2] == ["to"]
