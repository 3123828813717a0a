"""The agent, which runs where a model is live and makes its host equal to what Git and the ledger say."""
