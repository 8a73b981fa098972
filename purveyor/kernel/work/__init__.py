"""
Work that waits in the records: what is due, who has it, when to try again.

A record that has work says so itself (`Workable`). Workers claim it by compare and set
and hold it on a lease of the database's clock. Queue messages only wake the workers:
losing every one of them loses no work.
"""
