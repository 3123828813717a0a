"""How a repository begins: new from a starter, or adopted as it is."""
