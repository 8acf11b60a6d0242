"""What is deployed on its own, and what services share."""
