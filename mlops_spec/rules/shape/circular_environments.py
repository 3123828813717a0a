"""The way to every environment begins at a merge.

A version enters an environment after it was live in another one. Environments that wait for each other are never
reached.

Bad:

    environments:
      staging: {after: production}
      production: {after: staging}

Good:

    environments:
      staging: {after: merge}
      production: {after: staging}

Fix: let the first environment be `after: merge`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS011"
NAME = "circular-environments"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for name in spec.environments:
        way = [name]
        while (before := _predecessor(spec, way[-1])) is not None and before not in way:
            way.append(before)
        if before == name:
            said = " after ".join(f"`{step}`" for step in (*way, name))
            yield Finding(("environments", name, "after"), f"nothing ever enters {said}", "let one be `after: merge`")


def _predecessor(spec: Spec, name: str) -> str | None:
    after = spec.environments[name].after
    return after if after in spec.environments else None
