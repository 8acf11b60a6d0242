"""Values known without running the code: texts and what enters them, closed sets, parts of a request."""
