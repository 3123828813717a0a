"""The settings outside the repository that the spec relies on: what they must be, what they are, how to set them."""
