"""The journal: who did what to which record, when. Lines are only ever added."""
