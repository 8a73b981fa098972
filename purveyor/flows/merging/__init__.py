"""Two accounts that are one: find them, compare them, merge one into the other."""
