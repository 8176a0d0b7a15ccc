"""What could be offered to other projects: it imports nothing of kgnet, and kgnet nothing of it."""
