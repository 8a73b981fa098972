"""
The bill: charges, draft and issued invoices, and how an invoice looks on paper.

A charge is made for every order item and occasion. An issued invoice has a gapless
number and is never changed again.
"""
