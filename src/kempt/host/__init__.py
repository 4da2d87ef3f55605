"""The only room that touches the world: one file per effect, each thin."""
