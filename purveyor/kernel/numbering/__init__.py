"""Numbers of documents, taken from counters without a gap."""
