"""Where the command of a stage runs: the protocol, and a module for each place that answers it."""
