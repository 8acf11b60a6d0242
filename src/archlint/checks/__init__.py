"""HOW each rule is detected. The whole rule API is in `checks.rule_api`."""
