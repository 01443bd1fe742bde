"""One record for one change: what a board reads, what it approves, what then runs, and what came of it."""
