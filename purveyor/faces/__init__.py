"""Floor 4: translate in, call once, translate out."""
