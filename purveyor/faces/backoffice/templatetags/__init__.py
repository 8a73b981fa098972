"""Tags for the templates of the BSS."""
