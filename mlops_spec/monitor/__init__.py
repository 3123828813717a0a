"""The scheduled check: whether the ledger holds, what is declared is live, and the data keep their contract."""
