"""
Checkout: from what an account may buy to the order that comes of it.

It owns the baskets. What may be bought and at which price, what is in the basket, and
placing it: one order, however often the button is pressed.
"""
