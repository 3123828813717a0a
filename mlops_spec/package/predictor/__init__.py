"""From a packaged model to a function that predicts: skops and ONNX files, or the user's own entry point."""
