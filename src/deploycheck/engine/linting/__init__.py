"""Mistakes in policies and releases that no data are needed for."""
