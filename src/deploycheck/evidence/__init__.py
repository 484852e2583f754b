"""What checkers may ask for: frozen dataclasses, one a file, arrays read-only."""
