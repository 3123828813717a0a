"""The folder of the templates."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent.parent
# Beside the package in a checkout, inside it in a wheel; an editable install has a stale copy in the second place.
TEMPLATE = next(path for path in (PACKAGE.parent / "template", PACKAGE / "template") if path.is_dir())
