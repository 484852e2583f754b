"""Checks of what moves a model's answers, and of whether people can follow it."""
