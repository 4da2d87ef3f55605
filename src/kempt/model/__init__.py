"""The nouns of kempt: frozen data, no input or output, no third-party import.

They are named tuples, not dataclasses: on the path of a pre-commit hook the import of `dataclasses` and fourteen frozen
classes cost as much CPU as everything else together (decision 0011).
"""
