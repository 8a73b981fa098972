"""The command `purveyor`: what is done from a shell rather than from a page."""
