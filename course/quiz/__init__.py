"""Quizzes taken: papers, answers, marks and results."""
