"""The packaged model: its manifest, its proof, its signature, and the code that loads it."""
