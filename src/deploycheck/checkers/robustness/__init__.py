"""Checks of how a model answers when its features are worse than they were in training."""
