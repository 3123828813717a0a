"""Attacks: a case made worse in a way that its gate claims to stop."""
