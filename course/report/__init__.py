"""Figures: every report is one Table, and every format renders that Table."""
