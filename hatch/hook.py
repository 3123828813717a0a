"""Puts `mlops_spec/_version.py` into what is built, so that no process has to look its version up."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_FILE = "mlops_spec/_version.py"


class VersionHook(BuildHookInterface):  # type: ignore[type-arg]
    """Writes the file beside the sources for an editable install, and aside for a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        text = f'"""Written when this was built."""\n\n__version__ = "{self.metadata.version}"\n'
        if version == "editable":
            Path(self.root, _FILE).write_text(text, encoding="utf-8")
            return
        self._aside = tempfile.TemporaryDirectory()
        file = Path(self._aside.name, "_version.py")
        file.write_text(text, encoding="utf-8")
        build_data["force_include"][str(file)] = _FILE
