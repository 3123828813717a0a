"""Reads the engine's settings: from lines of `files.SETTINGS`, or as they hold in a checkout."""

from __future__ import annotations

from mlops_spec.engines.dvc.config import of_checkout, parsed, shared, stored_in

__all__ = ["of_checkout", "parsed", "shared", "stored_in"]
