"""Pipeline engines: the protocol that the rest speaks, and a folder for each engine that answers it."""
