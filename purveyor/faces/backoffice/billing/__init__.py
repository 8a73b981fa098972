"""Billing: assets, invoices, products, price lists."""
