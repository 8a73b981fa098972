"""Execution: an order becomes assets, charges and an invoice; then the rest follows."""
