"""The files that a spec is rendered into for GitHub: workflows, owners, rulesets."""
