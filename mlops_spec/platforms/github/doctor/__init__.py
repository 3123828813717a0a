"""Settings outside the repository that the spec relies on: wanted, actual, and how to set them."""
