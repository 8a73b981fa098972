"""Floor 5: settings, addresses and wiring. Knows everybody, known by nobody."""
