"""The objects that a commit names and the engine stores: where a machine has them, and copies of them."""

from __future__ import annotations

from mlops_spec.engines.dvc.objects import Object, copy, lacking, made, of_file, places, tracked

__all__ = ["Object", "copy", "lacking", "made", "of_file", "places", "tracked"]
