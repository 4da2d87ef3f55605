"""Use cases, one file per verb: the only room that joins the world (`host/`) with the pure rooms; each ends in data."""
