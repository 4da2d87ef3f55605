"""Many repositories: what is asked of them, how they are had and looked at, what is kept of it."""
