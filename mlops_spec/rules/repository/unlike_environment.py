"""An environment of one name is the same for every model.

GitHub has an environment once, with one list of reviewers; a host has one server, at one address. Where two models
describe `production` differently, what counts is what was set up for the other.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    environments:
      staging: {after: merge, listen: "127.0.0.1:9001"}
    # in models/risk/
    # models/churn/model.yaml has `environments: {staging: {after: merge, listen: "127.0.0.1:9000"}}`

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
    environments:
      staging: {after: merge}
    # in models/risk/
    # models/churn/model.yaml has `environments: {staging: {after: merge}}`
    # ../../pyproject.toml
    [tool.mlops-spec.environments.staging]
    listen = "127.0.0.1:9000"

Fix: say it once, in `[tool.mlops-spec.environments.NAME]`, and in no model; or give the other one another name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec.document.finding import Finding
from mlops_spec.rules.other_environments import environments, loaded
from mlops_spec.spec.shared import effective

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.near import Near
    from mlops_spec.spec.shared import Shared

CODE = "MS836"
NAME = "unlike-environment"
SEVERITY: Severity = "error"

_ONCE = (("target",), ("after",), ("listen",), ("promote", "approvers"))


def check(document: Document, shared: Shared, near: Near) -> Iterator[Finding]:
    own = environments(effective(document.data, shared))
    for folder, text in near.environments:
        others = environments(effective(loaded(text), shared))
        for name in own.keys() & others.keys():
            for keys in _ONCE:
                if (mine := _at(own[name], keys)) != (theirs := _at(others[name], keys)):
                    yield Finding(
                        ("environments", name, *keys),
                        f"{name} is there once, and its `{'.'.join(keys)}` is {_shown(mine)} here "
                        f"and {_shown(theirs)} in {folder}/model.yaml",
                        f"say it in [tool.mlops-spec.environments.{name}], and in no model",
                    )


def _shown(value: Any) -> str:
    return "not said" if value is None else f"`{value}`"


def _at(data: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data
