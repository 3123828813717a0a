"""Two models do not write one folder of scores, and one that reads the other's comes later.

Each environment that scores keeps a manifest of its day beside the scores. Where two models write one folder, each
takes the other's for its own, and which model's scores somebody reads depends on who came last. And a model that reads
what another writes finds nothing of the day, or half of it, where its schedule fires first.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    environments:
      scores:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/churn/{date}/
        schedule: "20 3 * * *"
    # in models/risk/
    # models/churn/model.yaml has `environments: {nightly: {target: batch, output: "/lake/churn/{date}/"}}`

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
    environments:
      scores:
        target: batch
        after: merge
        input: /lake/customers/{date}/*.parquet
        output: /lake/risk/{date}/
        schedule: "20 3 * * *"
    # in models/risk/
    # models/churn/model.yaml has `environments: {nightly: {target: batch, output: "/lake/churn/{date}/"}}`

Fix: give each model a folder of its own, and let who reads another's scores start when those are there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.document.finding import Finding
from mlops_spec.rules.other_environments import environments, loaded
from mlops_spec.spec.cron import Schedule
from mlops_spec.spec.shared import effective

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.near import Near
    from mlops_spec.spec.shared import Shared

CODE = "MS838"
NAME = "contested-delivery"
SEVERITY: Severity = "error"


def check(document: Document, shared: Shared, near: Near) -> Iterator[Finding]:
    own = environments(effective(document.data, shared))
    for folder, text in near.environments:
        for other, theirs in environments(effective(loaded(text), shared)).items():
            for name, mine in own.items():
                yield from _of_two(name, mine, f"`{other}` of {folder}/model.yaml", theirs)


def _of_two(name: str, mine: Any, other: str, theirs: Any) -> Iterator[Finding]:
    place = ("environments", name, "schedule")
    if _folder(mine, "output") and _folder(mine, "output") == _folder(theirs, "output"):
        yield Finding(("environments", name, "output"), f"{other} writes there too", "name a folder of its own")
    elif _reads(mine, theirs) and _comes_first(mine, theirs):
        yield Finding(place, f"this reads what {other} writes, and fires before it", "let it fire when those are there")
    elif _reads(theirs, mine) and _comes_first(theirs, mine):
        yield Finding(place, f"{other} reads what this writes, and fires before it", "let it fire early enough")


def _reads(reader: Any, writer: Any) -> bool:
    folder = _folder(writer, "output")
    return bool(folder) and _folder(reader, "input").startswith(f"{folder}/")


def _folder(environment: Any, key: str) -> str:
    found = environment.get(key) if isinstance(environment, dict) else None
    return found.rstrip("/") if isinstance(found, str) else ""


def _comes_first(reader: Any, writer: Any) -> bool:
    """Whether both fire once on a day, and who reads does so first."""
    schedules = [Schedule.read(str(each.get("schedule") or "")) for each in (reader, writer)]
    times = [(*each.hours, *each.minutes) for each in schedules if each and len(each.hours) == len(each.minutes) == 1]
    return len(times) == len(schedules) and times[0] <= times[1]
