"""Attachments: files that hang on a record of any kind, with who put them there."""
