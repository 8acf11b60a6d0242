"""Setting a project up: what is found in it, what is proposed, and the texts of the files that say so. Nothing is written
here."""
