"""Relations between stored objects: which were loaded ahead, which are read, and what serializers read of each object."""
