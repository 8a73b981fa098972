"""Signing in and out, and for which account one acts."""
