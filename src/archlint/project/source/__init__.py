"""The modules of a project: where they are, what each is for, who imports them, and which of them anybody runs."""
