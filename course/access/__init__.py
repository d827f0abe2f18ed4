"""Who may do what: accounts, sessions, roles, and the one permission table."""
