"""The stand-in as pages: overview, portal, inbox and ledger, without scripts."""
