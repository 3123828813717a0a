"""A split by time goes by when a row was, not by when its customer came or somebody loaded it.

Where a customer has a row each month, the newest rows by the day of the first contract are those of young customers, of
all months: the model learns from the months that it is tested on, and is judged on newcomers alone. By the day that a
table was loaded, or by the day of the outcome, which only some rows have, it is no better.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: time, column: customer_since}
      contract:
        columns:
          customer_since: {type: timestamp}
          snapshot_month: {type: timestamp}
    train:
      run: python -m credit.train
      predictor: credit.predict:load
      features: {exclude: [id, customer_since, snapshot_month]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      split: {by: time, column: snapshot_month}
      contract:
        columns:
          customer_since: {type: timestamp}
          snapshot_month: {type: timestamp}
    train:
      run: python -m credit.train
      predictor: credit.predict:load
      features: {exclude: [id, customer_since, snapshot_month]}

Fix: split by the moment at which the model would have been asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.answer_words import speaks_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS181"
NAME = "split-by-origin"
SEVERITY: Severity = "warning"

_ORIGIN = regex(
    r"(^|_)(since|sign(ed)?_?up|regist(er|ered|ration)|joined|onboard(ed|ing)|enrol(l?ed|l?ment)|birth\w*|born|dob"
    r"|founded|founding|built|hired|hire|installed|installation|commissioned|manufactured|purchased|activated|activation"
    r"|first_(seen|order|contract|contact|visit|purchase|login|use)|(account|customer|policy|contract|member|user|card)"
    r"_(created|opened|start|began|begin))(_|$)"
)
_HANDLING = regex(
    r"(^|_)(load(ed)?|ingest(ed|ion)?|import(ed)?|export(ed)?|sync(ed|hed)?|updated|modified|processed|inserted|extracted"
    r"|etl|dwh|warehouse|migrated|backfilled|labell?ed|annotated)(_|$)"
)
#: When a row was, where each thing has several.
_OF_ROW = regex(
    r"(^|_)(snapshot|as_of|asof|observ\w+|reporting|reference|cut_?off|scor\w+|period|month|week|quarter|event|order(ed)?"
    r"|request(ed)?|visit(ed)?|session|statement|invoice|billing|measured|taken|occurred|happened|shown|asked|submitted"
    r"|read(ing)?|transaction|payment|booked|departure|admission|admitted|applied|application)(_|$)"
)


def check(spec: Spec) -> Iterator[Finding]:
    column, columns = spec.data.split.column, spec.data.contract.columns
    if spec.data.split.by != "time" or column is None:
        return
    moments = [name for name, each in columns.items() if each.type == "timestamp" and name != column]
    of_rows = [name for name in moments if _OF_ROW.search(name.lower()) and _why(spec, name) == ""]
    why = _why(spec, column)
    if why and of_rows and not _OF_ROW.search(column.lower()):
        message = f"`{column}` is when {why}, and `{of_rows[0]}` when a row was: newer rows are then learned from"
        yield Finding(("data", "split", "column"), message, f"write `{of_rows[0]}`")


def _why(spec: Spec, column: str) -> str:
    """What else than the row's own moment a column tells by its name; empty where nothing says so."""
    name = column.lower()
    if _HANDLING.search(name):
        return "somebody handled it"
    if _ORIGIN.search(name):
        return "what the row is about began"
    words = name.split("_")
    return "it ended" if any(speaks_of(target, word) for target in spec.data.targets for word in words) else ""
