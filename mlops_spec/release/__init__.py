"""Versions: registering them, promoting them, and what each environment should serve."""
