"""The policy language: YAML with places, its rules, and what is said of mistakes."""
