"""
Reconciliation: ours against the vendor's. Look, plan, approve, apply.

It owns the runs and their findings. It compares with what vendors list, says in money
what differs, and puts it right by a plan that people have approved.
"""
