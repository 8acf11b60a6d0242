"""What names stand for: scopes, bindings, symbols across modules, and what callers pass under a name."""
