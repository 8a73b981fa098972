"""
Property: what an account owns because of an order item, with its coupon.

Owns assets and the two facts about each: where it stands in its life, and whether our
record is true at the vendor (its provisioning sync status). Calls no vendor.
"""
