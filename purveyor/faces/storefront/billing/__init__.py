"""Billing: what an account bought, and how it is delivered."""
