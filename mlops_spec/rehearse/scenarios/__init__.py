"""What can be rehearsed: a module for each scenario, which names its steps in order."""
