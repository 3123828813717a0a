"""The predictor: makes a function that predicts of skops and ONNX files, or of the user's own entry point."""
