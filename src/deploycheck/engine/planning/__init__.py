"""Power before the run: rows that are needed, what they can show, what cannot pass."""
