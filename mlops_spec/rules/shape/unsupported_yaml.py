"""A spec is one plain YAML document.

Anchors, aliases and merge keys make a value count far from where it is written, and let a few lines grow into
gigabytes; tags make loaders build objects; a second document is read by some tools and not by others. Nesting deeper
than 32 levels, more than 20,000 values and integers of more than 18 digits are no settings.

Bad:

    data: &rows
      path: data/rows.csv
      target: label
      id: id

Good:

    data:
      path: data/rows.csv
      target: label
      id: id

Fix: write each value where it counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlops_spec.document.diagnostic import Severity

CODE = "MS004"
NAME = "unsupported-yaml"
SEVERITY: Severity = "error"
