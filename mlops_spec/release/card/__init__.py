"""What a release says of itself, all from its one evidence: model card, bill of materials, in-toto statements."""
