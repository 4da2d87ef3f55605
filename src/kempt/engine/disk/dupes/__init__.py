"""Files that hold the same bytes, across environments or anywhere below a folder."""
