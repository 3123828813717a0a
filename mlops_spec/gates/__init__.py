"""Gates: the kinds, what judges a candidate by them, and the drill that proves that each can fail."""
