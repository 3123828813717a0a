"""Code owners, rendered as CODEOWNERS: who must approve a change to which file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.files import FOLDER, PIPELINE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mlops_spec.spec import Spec

# What the guards stand in: the gates, the workflows and stages that run them, and which version of them is installed.
GUARDS = (
    f"/{FOLDER}/",
    "/.github/",
    "/.mlops/",
    f"/{PIPELINE}",
    f"/{model_folder.SPEC}",
    "/pyproject.toml",
    "/uv.lock",
)


@dataclass(frozen=True)
class Owned:
    """A pattern of CODEOWNERS and those any one of whom may approve a change to what it matches."""

    pattern: str
    owners: tuple[str, ...]

    @property
    def line(self) -> str:
        """As it stands in CODEOWNERS."""
        return " ".join((self.pattern, *self.owners))


def owners(spec: Spec) -> tuple[Owned, ...]:
    """First the owners, who answer for all that no later line names; then the guards.

    The last line that matches a file decides. Guards belong to the approvers where the spec names some.
    """
    ours = _unique(spec.owners)
    approvers = _unique(approver for each in spec.environments.values() for approver in each.promote.approvers)
    return (
        Owned("*", ours),
        *(Owned(pattern, approvers or ours) for pattern in GUARDS),
        *(
            Owned(f"/{model_folder.DEPLOY}/{name}.yaml", _unique(each.promote.approvers) or ours)
            for name, each in spec.environments.items()
        ),
    )


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
