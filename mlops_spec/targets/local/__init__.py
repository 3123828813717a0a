"""The target `local`: an embedded server on the agent's own host."""
