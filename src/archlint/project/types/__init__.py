"""Enough of types: what an expression is, which class has which member, what stands behind a port."""
