"""The timeline of an account: what the journal says of it and all that is its own."""
