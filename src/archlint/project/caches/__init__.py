"""What is kept in caches: keys, lives, who reads an entry and who makes it old."""
