"""A spec is a UTF-8 text of at most 1 MiB.

Every tool along the way (Git, DVC, editors, Actions) must read the same characters. A file in another encoding is
read otherwise by each of them, and a file of megabytes is data that lost its way.

Fix: save the file as UTF-8 without a byte order mark, and keep data in `data/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Severity

CODE = "MS000"
NAME = "unreadable-text"
SEVERITY: Severity = "error"
