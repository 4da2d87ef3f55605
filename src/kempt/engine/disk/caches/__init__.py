"""Download caches of a user: found, looked at, and pruned."""
