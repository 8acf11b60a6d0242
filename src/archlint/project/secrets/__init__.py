"""What must not be seen: passwords and other credentials, their hashes, and where their values go."""
