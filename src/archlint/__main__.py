"""`python -m archlint`. Guarded, since worker processes import the main module."""

from archlint.cli import main

if __name__ == "__main__":
    main()
