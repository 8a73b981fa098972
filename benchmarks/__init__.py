"""How fast the product is: each with its data, its measure and its budget."""
