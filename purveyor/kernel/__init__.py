"""Floor 1: what any business could use. No business noun is known here."""
