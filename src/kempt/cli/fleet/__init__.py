"""`kempt fleet`: many repositories. One module for each of its commands."""
