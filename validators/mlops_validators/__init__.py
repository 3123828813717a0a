"""Evidence: arrays in, measures, intervals and verdicts out."""
