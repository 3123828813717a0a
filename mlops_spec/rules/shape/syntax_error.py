"""The file is YAML.

Nothing else can be said about a file that can't be parsed. The place is where the parser stopped; the cause is there
or just above.

Bad:

    model: example: 2

Good:

    model: example-2

Fix: quote text that holds `: ` or ` #` or starts with one of ``@`%&*!|>[]{}``, and indent with spaces.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Severity

CODE = "MS002"
NAME = "syntax-error"
SEVERITY: Severity = "error"
