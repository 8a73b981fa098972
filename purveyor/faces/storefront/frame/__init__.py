"""What all pages of the Storefront stand on: who may see them, forms, lists, looks."""
