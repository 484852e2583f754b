"""How checkers are run in lock step and their questions to tables answered together."""
