"""Reading the open corpora and fitting the shipped pipeline; nothing here runs when text is analysed."""
