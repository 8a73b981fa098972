"""The Storefront: where the distributor's resellers and customers buy."""
