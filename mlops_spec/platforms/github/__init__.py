"""GitHub: its API, its runs, its workflows, its settings; the only folder that knows them."""
