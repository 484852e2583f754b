"""What a verdict means and what to do about it."""
