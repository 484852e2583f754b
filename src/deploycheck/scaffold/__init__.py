"""Begins projects and plugins: looks at what is there, proposes, and writes files."""
