"""Backups: one file with a manifest and a copy of the whole database, written and put back on both engines."""
