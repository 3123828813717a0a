"""Drawing a spec from a `dvc.yaml` that somebody else wrote."""
