"""Code owners, rendered as CODEOWNERS: who must approve a change to which file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.engines.files import FOLDER, PIPELINE
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlops_spec.place import Place
    from mlops_spec.spec import Spec
    from mlops_spec.spec.shared import Shared

# What the guards stand in: the gates, the workflows and stages that run them, and which version of them is installed.
_AT_THE_ROOT = (f"/{FOLDER}/", "/.github/", "/uv.lock")
SHARED_GUARDS = (*_AT_THE_ROOT[:2], "/.mlops/", "/pyproject.toml", "/uv.lock")
GUARDS = (
    f"/{FOLDER}/",
    "/.github/",
    "/.mlops/",
    f"/{PIPELINE}",
    f"/{model_folder.SPEC}",
    "/pyproject.toml",
    "/uv.lock",
)
_ODD = regex(r"[^A-Za-z0-9._/-]")  # characters that a pattern can't hold as they are: any stands for each


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


def shared_owners(shared: Shared, models: Sequence[tuple[Place, Spec]]) -> tuple[Owned, ...]:
    """Of a repository of many models: who answers for what all share, then for each model's folder and its guards.

    Where the settings name nobody, all who own a model answer for what all share.
    """
    ours = _unique(shared.owners or (owner for _, spec in models for owner in spec.owners))
    approvers = _unique(each for place in shared.environments.values() for each in place.promote.approvers)
    return (
        Owned("*", ours),
        *(Owned(pattern, approvers or ours) for pattern in SHARED_GUARDS),
        *(owned for place, spec in models for owned in _of_folder(place, spec)),
    )


def _of_folder(place: Place, spec: Spec) -> Iterator[Owned]:
    default, *guards = owners(spec)
    folder = _ODD.sub("?", str(place.folder))
    yield Owned(f"/{folder}/", default.owners)
    yield from (Owned(f"/{folder}{each.pattern}", each.owners) for each in guards if each.pattern not in _AT_THE_ROOT)


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
