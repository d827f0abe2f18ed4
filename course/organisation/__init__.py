"""Who: people, units, memberships, and the targets that say who must take what."""
