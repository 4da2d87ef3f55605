"""Bytes and text to data, and data and a change back to text: pure, and every byte that was not meant is kept."""
