r"""The file shows what it says.

Control characters, marks that turn the direction of text, zero-width characters and letters written as base and accent
let a reviewer read something else than a machine does. They are refused everywhere, also in comments and as escapes.

Bad:

    description: "approved\u202e by nobody"

Good:

    description: approved by nobody

Fix: delete the character; retype the word if it can't be seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Severity

CODE = "MS008"
NAME = "unsafe-character"
SEVERITY: Severity = "error"
