"""The shop: the catalogue, the basket, the checkout."""
