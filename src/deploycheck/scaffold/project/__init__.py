"""Chooses, asks and writes: a release, a policy and a pipeline from what was found."""
