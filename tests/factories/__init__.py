"""One module a stage. Give a factory only what the test is about."""
