"""What runs where a model is live: the agent that makes a host equal to what Git and the ledger say."""
