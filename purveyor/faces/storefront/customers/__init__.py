"""My customers: the end customers of a reseller."""
