"""How well the questions measure."""
