"""What is written and committed: where a transaction is open, what belongs together, who else writes it."""
