"""
Promise: what an account has asked for, at the prices of that day.

Owns orders, their items, and executions (who turned which items into property, when).
Knows nothing of what comes of it.
"""
