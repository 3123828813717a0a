"""DVC's places in a repository: its pipeline, its lock, its settings, and a pointer beside each data file."""

from __future__ import annotations

from pathlib import PurePosixPath as P

FILE = P("dvc.yaml")
LOCK = P("dvc.lock")
FOLDER = P(".dvc")
CONFIG = FOLDER / "config"
IGNORE = P(".dvcignore")
SUFFIX = ".dvc"
STATE = FOLDER / "tmp/mlops-spec"  # of this checkout, and kept out of Git
VARIABLES = "DVC_"  # how the names of those begin that it reads from the environment
