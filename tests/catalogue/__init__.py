"""The cases of the catalogue of laws, one file per family; `tests.cases` is the table that tests read."""
