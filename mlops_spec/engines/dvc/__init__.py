"""DVC as the engine: the only folder that knows its files, its words and its hashes."""
