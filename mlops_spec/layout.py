"""What a repository has once, whatever models it holds: files of ours, and branches."""

from __future__ import annotations

from pathlib import PurePosixPath as P

PROJECT = P("pyproject.toml")
TABLE = ("tool", "mlops-spec")  # in it: what all models share
MANAGED = P(".mlops/managed.json")
OVERLAYS = P(".mlops/overlays")
MAIN_BRANCH = "main"  # where neither the spec nor the remote says otherwise
LEDGER_BRANCH = "audit-log"
