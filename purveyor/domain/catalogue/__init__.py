"""
What: applications by name, product types read from them, products, prices, tax rates.

What a vendor is told about an application (credentials, policies) is provisioning's.
"""
