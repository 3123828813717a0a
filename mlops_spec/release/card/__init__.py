"""The documents of a release, all made from its evidence: model card, bill of materials, in-toto statements."""
