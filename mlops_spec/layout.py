"""What a repository has once, whatever models it holds: files of ours, branches and required checks."""

from __future__ import annotations

from pathlib import PurePosixPath as P

PROJECT = P("pyproject.toml")  # its table `[tool.mlops-spec]` says what all models share
MANAGED = P(".mlops/managed.json")
OVERLAYS = P(".mlops/overlays")
CHECKS = ("Lint and plan", "Train and gate")  # the jobs that the ruleset of the default branch requires
MAIN_BRANCH = "main"  # where neither the spec nor the remote says otherwise
LEDGER_BRANCH = "audit-log"
