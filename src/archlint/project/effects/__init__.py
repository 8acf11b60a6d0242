"""What calls and functions do to the world, closed over the call graph, and what takes an effect away."""
