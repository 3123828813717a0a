"""How rows were drawn is a weight, and no feature.

Where one in twenty of the unclicked rows is kept, the column that says so is 1 where there was a click and 20 where
there was none: the model reads the answer off it. Live nobody is sampled, and it knows nothing.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          sampling_weight: {type: number, min: 1, max: 20}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      weight: sampling_weight
      contract:
        columns:
          sampling_weight: {type: number, min: 1, max: 20}

Fix: name it in `data.weight`, so that every measure counts by it; or exclude it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.comments import said_of
from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.features import is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS182"
NAME = "weight-as-feature"
SEVERITY: Severity = "warning"

_DRAWN = r"(down|under|over|re)?_?sampl(e|es|ed|ing)"
_NAMED = regex(
    rf"(^|_){_DRAWN}_(weights?|rate|prob(ability)?|fraction|factor|ratio|share)(_|$)"
    r"|(^|_)(survey|design|case|row|record|instance|observation|importance|expansion|replicate|ips|ipw|iptw|person|pop"
    r"|population|grossing|calibration|post_?strat\w*|inverse_prob(ability)?)_?(weights?|wgt|wt)(_|$)"
    r"|(^|_)(inverse_(probability|propensity)|propensity_(weight|score)|inclusion_prob(ability)?|selection_prob(ability)?"
    r"|fnlwgt|wgt|rows_(it_)?(stands?_for|represented)|n_represented|expansion_factor|weight_of_(row|sample|case))(_|$)"
)
_SAID = regex(
    r"\bhow (?:many (?:rows|people|persons|households|cases) (?:it|this|the row|each)? ?(?:stands? for|represents?)"
    r"|much (?:the|this|a) (?:row|sample|case) counts)|\b(?:down|under|over)-?sampl|\bsampling (?:weight|rate|prob)"
    r"|\binverse (?:of the )?(?:probability|propensity)|\bweight of the (?:row|sample|case|survey)",
    re.IGNORECASE,
)


def check(spec: Spec, document: Document) -> Iterator[Finding]:
    for name in spec.data.contract.columns:
        place = ("data", "contract", "columns", name)
        if not is_feature(spec, name):
            continue
        if _NAMED.search(name.lower()) or _SAID.search(said_of(document, place)):
            other = f"; or exclude it beside `{spec.data.weight}`" if spec.data.weight else ""
            message = f"`{name}` says how rows were drawn, which nobody knows of a row that is asked about"
            yield Finding(place, message, f"write `weight: {name}`{other}", at_key=True)
