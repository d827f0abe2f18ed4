"""Scenarios as learners meet them: the way through one, the one for a kind of work, its map, and that it is done."""
