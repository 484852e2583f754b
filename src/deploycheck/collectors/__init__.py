"""Built-in collectors, one evidence type a file: the only code that opens a release's files."""
