"""Checking one project and mending it."""
