"""Checks of what crosses a boundary: it must follow from spec, commit and ledger, and agree with itself."""
