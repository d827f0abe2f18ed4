"""Reading a table that somebody saved as a file: bytes in, lines out, and every problem at once. See lines.py."""
