"""Customers: what a reseller is told of its end customers, across the street."""
