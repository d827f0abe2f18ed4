"""Grading a quiz anew after a wrong key."""
