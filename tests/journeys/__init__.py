"""Whole journeys through the real server. A package, so that its conftest is not taken for the one above."""
