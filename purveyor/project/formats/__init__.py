"""How days and times are written, by language; both faces write them alike."""
