"""One module for each part of a verification; `operations.verify.verification` puts them in the order of a report."""
