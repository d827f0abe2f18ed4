"""Questions to remember by: three at a time, some while after the course, for one's own sake."""
