"""The checks that the ruleset of the default branch requires: jobs of the rendered workflows, by their names."""

from __future__ import annotations

CHECKS = ("Lint and plan", "Train and gate")
