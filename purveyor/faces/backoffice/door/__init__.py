"""The way in: the second step of signing in, one's own security, invitations."""
