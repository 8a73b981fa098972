"""
The word: templates, and the messages made from them.

A message is written in the transaction of what it tells, and handed over by a worker.
What is stored holds the masked coupon code only.
"""
