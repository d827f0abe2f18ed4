"""Lists of people from other systems: what a whole file would change, and changing it."""
