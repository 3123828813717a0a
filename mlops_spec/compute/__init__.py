"""Where the command of a stage runs: the protocol, and a module or folder for each place that answers it."""
