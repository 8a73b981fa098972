"""
Who: the companies we deal with, their people, and everybody who can sign in.

Owns accounts, addresses, contacts, members, the one user model and the distributor's
own profile. Knows nothing of what is sold.
"""
