"""What kempt knows of how tools lay out their caches: one module each, pure, put together in `found`."""
