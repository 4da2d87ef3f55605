"""Dockerfiles: our own small reader, with the exact place of everything (decision 0006).

`reader.parse` accepts what BuildKit accepts and never raises. `expansion` is here for rules, which need no reader.
"""
