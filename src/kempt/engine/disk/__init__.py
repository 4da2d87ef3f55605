"""The disk: what lies on it and can go, and how it goes."""
