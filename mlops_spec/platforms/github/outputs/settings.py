"""The files beside the workflows that GitHub reads: owners, rulesets, and the settings of its bots."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from mlops_spec.platforms.github.runners import is_standard
from mlops_spec.render.output import CODEOWNERS, Kind, Output

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from mlops_spec.platforms.github.outputs.owners import Owned

_GITHUB = PurePosixPath(".github")


def settings(
    owned: Sequence[Owned], runners: Iterable[str], rulesets: Mapping[str, Mapping[str, object]], source: str
) -> Iterator[Output]:
    """`owned` begins with who answers for all; actionlint is told of the `runners` that GitHub has not itself."""
    default, *guards = owned
    lines = {"default": default.line, "guards": [guard.line for guard in guards], "source": source}
    yield Output(CODEOWNERS, ".github/CODEOWNERS", lines, Kind.SHARED)
    yield Output(_GITHUB / "dependabot.yml", ".github/dependabot.yml", {"source": source})
    own = [runner for runner in runners if runner and not is_standard(runner)]
    if own:
        yield Output(_GITHUB / "actionlint.yaml", ".github/actionlint.yaml", {"runners": own, "source": source})
    for name, values in rulesets.items():
        yield Output(_GITHUB / f"rulesets/{name}.json", f".github/rulesets/{name}.json", values)
