"""Writes a plugin package around a new checker."""
