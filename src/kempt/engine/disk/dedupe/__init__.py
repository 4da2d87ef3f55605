"""Duplicate files: which of them are shared and how, doing it, and how they do not come about."""
