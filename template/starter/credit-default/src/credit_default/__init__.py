"""Probability that a card holder defaults on the next payment."""
