"""Looking at memories together: repeats are folded, what changed is marked, the rest concluded."""
