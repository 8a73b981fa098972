"""Reports: what runs out, and what was never redeemed."""
