"""The architecture checklist: questions, what in the code answers them, and the state of each answer."""
