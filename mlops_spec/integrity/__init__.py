"""What crosses a boundary is held against what it must follow from: spec, commit, ledger, and its own other parts."""
