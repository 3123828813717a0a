"""It is said what kind of files there are.

`any` looks at nothing: a page of an error in the place of an image, and one of which half was copied, are trained on
and answered like all others.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png, any]}
    train:
      run: python -m example.train
      predictor: example.predict:load

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      files: {root: data/images, column: image, kinds: [png, jpeg]}
    train:
      run: python -m example.train
      predictor: example.predict:load

Fix: name the kinds; where yours is none of those there are, ignore this with the reason, and check the files in
`data.prepare`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS153"
NAME = "unknowable-kind"
SEVERITY: Severity = "warning"


def check(spec: Spec) -> Iterator[Finding]:
    files = spec.data.files
    if files is None or "any" not in files.kinds:
        return
    others = [kind for kind in files.kinds if kind != "any"]
    message = f"`any` lets everything in, not only {', '.join(others)}" if others else "`any` lets damaged files in"
    yield Finding(("data", "files", "kinds", files.kinds.index("any")), message, "name the kinds of the files")
