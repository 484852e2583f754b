"""The built-in checks: one a file, its place being its id."""
