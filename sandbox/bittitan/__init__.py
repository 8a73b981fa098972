"""
A stand-in for BitTitan that runs on your desk: distributor API, portal and inbox.

It speaks real HTTP and SMTP in a process of its own, keeps its state in a file, shares
no code with the product, and fails on request. `python -m sandbox.bittitan` starts it.
"""
