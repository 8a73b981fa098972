"""
The vendor's part: what service managers are told, and what they have made.

Owns applications' settings, account links, attempts and coupon observations. Only
workers call vendors, and always in three acts: write, do, write. `contract.py` is the
only door to connectors.
"""
