"""The proof that every gate can fail: attacks on what the last run measured, each of which its gate must stop."""
