"""What was earned before or elsewhere: a file of HR's, and the completions that come of it."""
