"""What is done at vendors, and what is written about it."""
