"""Bounds, tests, multiplicity and power: numpy in, numbers out, none of the nouns."""
