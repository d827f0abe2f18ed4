"""The fictional people for trying out."""
