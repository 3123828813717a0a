"""The target `batch`: scores what is delivered, day by day, and answers no request."""
