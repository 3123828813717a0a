"""The rules that leave no spec to work with: text, shape, and what refers to nothing, one module for each."""
