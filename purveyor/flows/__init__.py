"""Floor 3: verbs that cross nouns. They drive along the street and know no face."""
