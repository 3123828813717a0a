"""Nobody learns from the rows that the model is judged on.

What is trained on the test rows is measured by its memory. The data file holds them as well, before the split takes
them out; `build/data/train.parquet` does not.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      reads: [build/data/test.parquet]

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load

Fix: read `build/data/train.parquet`, or what a stage makes of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.document.finding import Finding
from mlops_spec.spec.paths import data_file
from mlops_spec.spec.stages import commands, inputs, overlap, words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS311"
NAME = "learned-test"
SEVERITY: Severity = "error"


def check(spec: Spec) -> Iterator[Finding]:
    for address, path in inputs(spec):
        if _is_after_split(address) and (why := _holds_test(spec, path)):
            yield Finding(address, why, f"read `{model_folder.TRAIN_ROWS}`")
    for address, command in commands(spec):
        for word in words(command) if _is_after_split(address) else ():
            if why := _holds_test(spec, word.rpartition("=")[2].removeprefix("./")):
                yield Finding(address, why, f"read `{model_folder.TRAIN_ROWS}`", piece=word)


def _is_after_split(address: Address) -> bool:
    return address[0] != "data"


def _holds_test(spec: Spec, path: str) -> str:
    if path == str(model_folder.TEST_ROWS) or (
        overlap(path, str(model_folder.EVALUATE)) and path != str(model_folder.BUILD)
    ):
        return f"`{path}` has the rows that the model is judged on"
    if path == data_file(spec.data):
        return f"`{path}` has all rows, the tested ones too"
    return ""
