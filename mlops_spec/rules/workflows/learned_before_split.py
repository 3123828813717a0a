"""Nothing learns from the test rows before they are set aside.

Rows that SMOTE makes lie between neighbours, and a row that is drawn twice comes to lie on both sides: the test then
holds what was learned, and as many of the rare class as nobody ever meets. A scaler, an imputer or a selection of
columns that has seen all rows has seen the tested ones too.

Bad:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python train.py
    # train.py
    x, y = SMOTE(random_state=7).fit_resample(x, y)
    x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=7)

Good:

    jobs:
      train:
        steps:
          - run: uv run --no-sync python train.py
    # train.py
    x_train, x_test, y_train, y_test = train_test_split(x, y, random_state=7)
    x_train, y_train = SMOTE(random_state=7).fit_resample(x_train, y_train)

Fix: split first, and fit on the training rows alone, best as a step of a pipeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.platforms.github.workflow.learning import learned_before_split
from mlops_spec.rules.workflow_finding import in_program

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.document.finding import Finding
    from mlops_spec.platforms.github.workflow.jobs import Workflow
    from mlops_spec.platforms.github.workflow.program import Program

CODE = "MS699"
NAME = "learned-before-split"
SEVERITY: Severity = "error"


def check(workflow: Workflow) -> Iterator[Finding]:
    told: set[Program] = set()
    for _, _, command in workflow.commands():
        if command.program and command.program not in told:
            told.add(command.program)
            for node, what in learned_before_split(command.program):
                message = f"`{what}` has seen the rows that are set aside only afterwards"
                yield in_program(command.program, node, message, "split first, and fit on the training rows")
