"""Gates: their kinds, the judging of a candidate, and the drill that proves that each gate can fail."""
