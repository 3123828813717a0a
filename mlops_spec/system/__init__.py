"""The machine underneath: files, faults, deadlines, processes, what is installed."""
