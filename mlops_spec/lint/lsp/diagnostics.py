"""Diagnostics of a file that is open in an editor: its unsaved text, within the repository on the disk."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.errors import Failure
from mlops_spec.lint import settings
from mlops_spec.lint.load import shared_around
from mlops_spec.lint.repository import lint_around
from mlops_spec.lint.specs import lint_content
from mlops_spec.lint.workflows import lint_workflows
from mlops_spec.platforms.github.workflow.files import FOLDER, absent
from mlops_spec.platforms.github.workflow.files import files as workflows_of
from mlops_spec.repository.listing import listings
from mlops_spec.repository.near import near
from mlops_spec.repository.root import root_of
from mlops_spec.repository.view import Beside

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Diagnostic

_HEADER_BYTES = 1 << 16


def is_spec(path: Path) -> bool:
    return path.name == model_folder.SPEC.name


def is_workflow(path: Path) -> bool:
    return path.parent.as_posix().endswith(FOLDER) and path.suffix in (".yml", ".yaml")


def found_in(path: Path, text: str, *, around: bool) -> list[Diagnostic]:
    """The findings in a spec or a workflow; `around`: also those in the repository that a spec lies in.

    Raises:
        Failure: the repository's settings are wrong.
    """
    today, content = datetime.now(UTC).date(), text.encode("utf-8", "surrogatepass")
    if is_workflow(path):
        root = path.parents[2]
        name = path.relative_to(root).as_posix()
        spec = root / model_folder.SPEC
        known = spec.read_bytes() if spec.is_file() else None
        files = workflows_of(root) | {name: content}
        told = lint_workflows(str(root), files, known, absent=absent(root, files)).get(str(path), [])
        found = [each for each in told if each.file == str(path)]  # an editor shows what is in its file
    else:
        root, shared = path.parent, shared_around(path.parent)
        found = lint_content(str(path), content, today, shared)
        for listing in listings([root]).values() if around else ():
            if not isinstance(listing, Failure):
                beside = Beside(shared, near([root], shared.models)[root])
                found = [*found, *lint_around(str(path), content, listing, today, beside)]
    return settings.read(root_of(root)).kept(found)


def header(folder: Path, data: object) -> list[str]:
    """The columns that the first line of the data's CSV file names, where it is on the disk."""
    section = data.get("data") if isinstance(data, dict) else None
    path = section.get("path") if isinstance(section, dict) else None
    if not isinstance(path, str) or not path.endswith(".csv") or ".." in Path(path).parts or Path(path).is_absolute():
        return []
    try:
        with (folder / path).open("rb") as file:
            first = file.readline(_HEADER_BYTES).decode("utf-8", "replace")
    except (OSError, ValueError):
        return []
    return [name.strip().strip('"') for name in first.split(",") if name.strip()]
