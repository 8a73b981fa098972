"""Exports: a list becomes a file in the background."""
