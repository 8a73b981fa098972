"""Accounts from a spreadsheet: checked, shown, and created once a person agrees."""
