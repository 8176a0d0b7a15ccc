"""Makes of conference rooms' systems: a file each, which knows how to ask one and how to read it."""
