"""What was done by whom: a hash-chained log, and the runs that delete what need not be kept."""
