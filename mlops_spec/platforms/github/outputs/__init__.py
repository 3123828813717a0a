"""Which files a spec is rendered into for GitHub: workflows, owners, rulesets."""
