"""What the learner has done: where to resume, and completions."""
