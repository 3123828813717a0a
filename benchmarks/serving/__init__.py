"""What `benchmarks/serve.py` is made of: the model, the peers that serve it, and the clients that ask."""
