"""The column that names files: what is wrong with it and with them, and the columns that the split adds beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np

from mlops_spec.package.predictor.named_files import NamedFiles
from mlops_spec.pipeline import sample
from mlops_spec.pipeline.file_folder import look
from mlops_spec.pipeline.violation import SHOWN, Violation
from mlops_spec.spec.features import is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pandas as pd

    from mlops_spec.package.predictor.load import Predict
    from mlops_spec.pipeline.file_folder import Found
    from mlops_spec.pipeline.table import Table
    from mlops_spec.spec import Spec
    from mlops_spec.spec.data import Files


def reading_files(root: Path, spec: Spec, predict: Predict) -> Predict:
    """The same function of rows that name files, where a spec's do: the model is given their bytes."""
    files = spec.data.files
    if files is None or not is_feature(spec, files.column):
        return predict
    return NamedFiles(files.column, files.digest).reading(predict, root / files.root)


def located(root: Path, spec: Spec, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows for the process that holds a package: it knows no folder, so they name their files by the whole path."""
    files = spec.data.files
    if files is None:
        return rows
    folder = (root / files.root).absolute()
    return rows.assign(**{files.column: [str(folder / name) for name in rows[files.column]]})


@dataclass(frozen=True)
class FileColumn:
    """The column, what was found in the folder, and whether the rows are a sample, which names only some of it."""

    files: Files
    found: Mapping[str, Found]
    is_sample: bool

    @classmethod
    def of(cls, root: Path, spec: Spec) -> FileColumn | None:
        """That of a spec, its folder read; None where rows name no files."""
        files = spec.data.files
        return None if files is None else cls(files, look(root, files), sample.holds(root, spec))

    def violations(self, table: Table) -> Iterator[Violation]:
        """A line for each file that is missing, of another kind, damaged or not named, with its first row."""
        name = self.files.column
        if taken := sorted({self.files.digest, *self.files.measures} & set(table.names)):
            yield Violation(name, f"the file has a column `{taken[0]}`, which the split adds (data.files)")
        if name not in table.names:
            yield Violation(name, "no such column (data.files.column)")
            return
        told, named = dict[str, list[int]](), set[str]()
        for part in table.parts(name):
            for row, value in zip(part.index.tolist(), part.tolist(), strict=True):
                named.add(value)
                if wrong := self._wrong(value):
                    told.setdefault(wrong, []).append(row)
        for what, rows in told.items():
            yield Violation(name, what, tuple(rows[:SHOWN]), len(rows))
        if not self.is_sample and (idle := sorted(self.found.keys() - named)):
            shown = ", ".join(f"`{each}`" for each in idle[:SHOWN]) + ", …" * (len(idle) > SHOWN)
            yield Violation(self.files.root, f"{len(idle):,} of its files are named by no row: {shown}")

    def added(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows with the digest and the measures of each one's file; nothing may be wrong with them."""
        found = [self.found[value] for value in rows[self.files.column]]
        measured = {
            column: [np.nan if each.measures is None else each.measures[column.rpartition(".")[2]] for each in found]
            for column in self.files.measures
        }
        known: dict[str, Any] = {
            name: np.array(values) for name, values in measured.items() if not np.isnan(values).all()
        }
        return rows.assign(**known | {self.files.digest: [each.sha256 for each in found]})

    def _wrong(self, value: object) -> str:
        if not isinstance(value, str) or not value:
            return "missing"
        if value in self.found:
            wrong = self.found[value].problem
            return f"{self.files.root}/{value} {wrong}" if wrong else ""
        path = PurePosixPath(value)
        if path.is_absolute() or ".." in path.parts or "\\" in value or "\0" in value:
            return f"{value[:200]!r} leaves {self.files.root}: files are named by their paths below it"
        return f"{self.files.root}/{value[:200]} is not there{self._meant(value, path)}"

    def _meant(self, value: str, path: PurePosixPath) -> str:
        if path.is_relative_to(self.files.root):
            return f"; paths are below {self.files.root}, without its name"
        lower = value.casefold()
        near = next((each for each in self.found if each.casefold() == lower), None)
        return f"; did you mean `{near}`?" if near else ""
