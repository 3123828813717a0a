"""What is known afterwards is no feature.

A column that says how it ended is perfect in the test and empty when the model is asked: days until the chargeback,
the date of the default, the final state.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          label: {type: boolean}
          label_reason: {type: category}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [label_reason]}
    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          label: {type: boolean}
          label_reason: {type: category}

Fix: exclude the column. Where it is known before the answer is asked for, ignore the rule on its line with the reason.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.features import exclusion, is_feature

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS123"
NAME = "telling-feature"
SEVERITY: Severity = "warning"


_WHEN_OR_WHY = (
    r"(reasons?|causes?|date|at|on|time|timestamp|comment|notes|feedback|survey|interview)(_(code|text|category|id))?"
)
#: What only what has begun has.
_BEGUN = (
    r"((opened|raised|filed|started|initiated|requested|reported|handled|closed|resolved|decided|confirmed)(_(by|at|on|date))?"
    r"|status|state|outcome|result|decision|verdict|type|kind|flag|amount(_[a-z]+)?|stage|channel)"
)
#: What is said of how it ended in other words than the target's.
_SAME = (
    (
        r"churn\w*|attrition|cancel\w*|left|leave\w*|quit|resign\w*|terminated|unsubscribed|lapsed",
        r"exit|leaving|termination|resignation|cancell?ation|churn|unsubscribe|lapse|closure|disconnect(?:ion|ed)?|deactivat(?:ion|ed)|win_?back",
    ),
    (r"default\w*|charged_?off|delinquent", r"charge_?off|write_?off|collections?|recovery"),
    (r"(?:\w+_)?fraud\w*|scam|stolen", r"investigation|dispute|charge_?back|refund|complaint|police"),
    (r"died|death|mortality|deceased|survived", r"death|autopsy|discharge"),
    (r"readmi\w+", r"readmi\w+"),
)
#: What follows such an end and nothing else, whatever is told of it.
_AFTER = (
    (r"(\w+_)?fraud\w*|scam|stolen|disputed", r"dispute|charge_?back|investigation"),
    (r"default\w*|bad|charged_?off|delinquent|loss|paid|repaid", r"charge_?off|write_?off|collections?|recover(y|ies)"),
    (r"churn\w*|cancel\w*|left|leaves|attrition|lapsed", r"win_?back|cancell?ation|exit|termination"),
    (r"returned|return", r"refund|restocking"),
    (r"late|delayed|delay\w*|on_time|eta\w*|minutes_late", r"delivered|arrived"),
    (r"died|death|mortality|deceased|survived|alive", r"autopsy|discharge|death"),
    (r"readmi\w+", r"readmission"),
    (r"converted|purchased|bought|ordered|conversion", r"checkout|invoice"),
    (r"escalated|sla_breach\w*|breached|resolution\w*|hours_to_[a-z]+", r"resolution|escalation"),
    (r"failed|failure|breakdown|broken|fault", r"repair|downtime"),
)
_LEAST_SHARED = 5  # letters that two forms of one word begin with
_WITHIN = regex(r"_(within|next|in|this)_.*$|_\d+\w*$|_(days?|months?|weeks?|years?|flag|label)$")
_ENDED = regex(r"(^|_)(chargebacks?|outcome|ground_truth|actual|closed_(at|on)|resolved_(at|on)|after_event)(_|$)")
#: What comes after the row, but for what is agreed on before.
_NEXT = regex(
    r"^(?!.*(plan|schedul|book|forecast|predict|expect|promo|holiday|due|agreed|announc|budget|open)).+_(next|following)_(week|month|quarter|year|period)$"
)
_BEFORE = regex(
    r"(^|_)(previous|prior|past|last|earlier|history|historical|lag[0-9]*|prev|n|num|count|mean|avg|rate)(_|$)"
)


def check(spec: Spec) -> Iterator[Finding]:
    for target in spec.data.targets:
        yield from _telling(spec, re.sub(r"^(is|has|was|will)_", "", target.lower()))


def _telling(spec: Spec, target: str) -> Iterator[Finding]:
    of_target = re.compile(
        rf"^(is_|has_)?{re.escape(target)}_(date|day|at|on|time|reason|amount|code|status|flag|type)$"
        rf"|^(days|hours|weeks|months|time)_(to|until|till|before)_{re.escape(target)}$"
    )
    for name in dict.fromkeys([*spec.data.contract.columns, *(spec.train.features.include or ())]):
        low = name.lower()
        if not is_feature(spec, name) or _BEFORE.search(low) or name == spec.data.split.column:
            continue
        if (
            of_target.search(low)
            or _ENDED.search(low)
            or _NEXT.search(low)
            or _is_known_afterwards(low, _WITHIN.sub("", target))
        ):
            message = f"`{name}` tells how it ended, and the model sees it"
            yield Finding(
                _place(spec, name), message, exclusion(spec, name), at_key=spec.train.features.include is None
            )


def _is_known_afterwards(column: str, target: str) -> bool:
    begun = re.fullmatch(rf"(?:has_|is_)?(?P<what>[a-z]+?(?:_off|_back)?)_{_BEGUN}", column)
    if begun and _follows(_AFTER, target, begun["what"]):
        return True
    match = re.fullmatch(
        rf"(?:is_)?(?P<what>[a-z]+(?:_off)?)_{_WHEN_OR_WHY}|(?:reason|date)_(?:of|for)_(?P<of>[a-z]+)", column
    )
    if not match:
        return False
    what = match["what"] or match["of"]
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(what, target, strict=False)))
    forms = shared >= _LEAST_SHARED and shared >= 0.6 * len(target) and "_" not in target
    return forms or _follows(_SAME, target, what)


def _follows(pairs: Iterable[tuple[str, str]], target: str, what: str) -> bool:
    return any(re.fullmatch(told, target) and re.fullmatch(said, what) for told, said in pairs)


def _place(spec: Spec, name: str) -> Address:
    if spec.train.features.include is None:
        return ("data", "contract", "columns", name)
    return ("train", "features", "include", (spec.train.features.include or []).index(name))
