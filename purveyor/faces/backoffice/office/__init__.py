"""Office: the dashboard, accounts and their contacts."""
