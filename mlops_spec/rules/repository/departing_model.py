"""What all models share holds for each: one may be stricter, never laxer or different.

Branch, remote, rulesets and workflows are there once, for all models of a repository. A spec that says something else
describes what does not happen: it is released from the other branch, stored in the other remote, stopped by the other
limit.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    environments:
      staging: {after: merge}
      production: {after: staging, promote: {approvals: 1}}
    # in models/risk/
    # ../../pyproject.toml
    [tool.mlops-spec.environments.production.promote]
    approvals = 2

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
    environments:
      staging: {after: merge}
      production: {after: staging, promote: {approvals: 3}}
    # in models/risk/
    # ../../pyproject.toml
    [tool.mlops-spec.environments.production.promote]
    approvals = 2

Fix: leave it out, so that it comes from `[tool.mlops-spec]`, or change it there for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.document.finding import Finding
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec.shared import Shared

CODE = "MS835"
NAME = "departing-model"
SEVERITY: Severity = "error"

_TABLE = "[tool.mlops-spec]"


def _longer(own: Any, shared: Any) -> bool:
    return seconds(own) >= seconds(shared)


# Where a model may say something else: by its last keys, what is as strict as what is shared.
_STRICTER: dict[Address, Callable[[Any, Any], bool]] = {
    ("promote", "approvals"): lambda own, shared: own >= shared,
    ("promote", "approvers"): lambda own, shared: set(own) <= set(shared),
    ("promote", "soak"): _longer,
    ("compute", "timeout"): lambda own, shared: _longer(shared, own),
    ("governance", "separation_of_duties"): lambda own, shared: own or not shared,
}
# What is there once whether or not it is said; of all else a model may say what nobody shares.
_ONCE: tuple[Address, ...] = (
    ("branch",),
    ("storage", "url"),
    ("storage", "region"),
    ("storage", "endpoint"),
    ("storage", "sign_in"),
    ("storage", "pull_requests"),
    ("governance", "provenance"),
    ("governance", "merge_queue"),
    ("monitor", "schedule"),
    ("train", "compute", "timeout"),
)
_FREE: tuple[Address, ...] = (("owners",), ("storage", "sample"), ("train", "compute", "runner"))


def check(document: Document, shared: Shared, repository: Repository) -> Iterator[Finding]:
    if not repository.inside and not shared.model_fields_set:
        return
    said = shared.model_dump(exclude_unset=True, exclude={"models", "runners"})
    whole = shared.model_dump(mode="json")
    for address, value in {**_once(whole), **_leaves(said)}.items():
        own = document.at(address)
        if own is None or address in _FREE or own == value or _is_stricter(address, own, value):
            continue
        if not repository.inside and address not in _leaves(said):
            continue
        why = "which is laxer" if address[-2:] in _STRICTER and value is not None else "and it is there once"
        shown = "nothing" if value is None else f"`{value}`"
        message = f"`{'.'.join(map(str, address))}` is `{own}` here and {shown} for all models, {why}"
        yield Finding(address, message, f"leave it out, or change it in {_TABLE} for all")


def _is_stricter(address: Address, own: Any, value: Any) -> bool:
    judge = _STRICTER.get(address[-2:])
    return bool(judge and value is not None and judge(own, value))


def _once(whole: Any) -> dict[Address, Any]:
    return {address: _at(whole, address) for address in _ONCE}


def _at(data: Any, address: Address) -> Any:
    for step in address:
        data = data.get(step) if isinstance(data, dict) else None
    return data


def _leaves(data: Any, at: Address = ()) -> dict[Address, Any]:
    if not isinstance(data, dict):
        return {at: data}
    return {address: value for key, each in data.items() for address, value in _leaves(each, (*at, key)).items()}
