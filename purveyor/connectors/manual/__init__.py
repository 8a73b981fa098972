"""No vendor system: a person does it."""
