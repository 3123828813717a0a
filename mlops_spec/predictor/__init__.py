"""From a packaged model to a function that predicts: skops and ONNX files, or the user's own entry point."""

from __future__ import annotations

from mlops_spec.predictor.load import Predict, Recipe, load, load_predict, recipe_of

__all__ = ["Predict", "Recipe", "load", "load_predict", "recipe_of"]
