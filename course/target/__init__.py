"""Targets: what was promised about a course, and totals that were reported without rows of people."""
