"""`purveyor reconcile`: compare with a vendor, show the plan, apply it if asked to."""
