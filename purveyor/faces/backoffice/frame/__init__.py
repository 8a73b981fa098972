"""What all pages of the BSS stand on: the site, its menu, lists, dialogs, words."""
