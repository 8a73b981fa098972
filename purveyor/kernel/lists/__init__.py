"""Lists as people keep them: their filters and columns, and the files made of them."""
