"""The pytest front end: options, the gate of a session, and controls as items."""
