"""The cases of the catalogue of laws, one file per family; `tests.law_cases.table` is the table that tests read."""
