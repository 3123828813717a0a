"""The column of `data.files` does nothing but name files.

A file's name is text. As the id or the target of a row it is kept from the model, and of a weight, a number or a time
no file can be called.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: image
      files: {root: data/images, column: image, kinds: [png]}
    train:
      run: python -m example.train
      predictor: example.predict:load

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png]}
    train:
      run: python -m example.train
      predictor: example.predict:load

Fix: give the files' names a column of their own, of type `string`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS159"
NAME = "unfit-file-column"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    files, data = spec.data.files, spec.data
    if files is None:
        return
    roles: dict[str | None, str] = {
        **dict.fromkeys(data.targets, "the target"),
        data.id: "the id",
        data.weight: "the weight",
        **({data.split.column: "the split's column"} if data.split.by in ("time", "column") else {}),
    }
    if role := roles.get(files.column):
        yield Finding(("data", "files", "column"), f"`{files.column}` is {role}", "name files by a column of their own")
    known = data.contract.columns.get(files.column)
    if known is not None and known.type not in ("string", "category"):
        place = ("data", "contract", "columns", files.column, "type")
        yield Finding(place, f"names of files are text, no {known.type}", "write `string`")
