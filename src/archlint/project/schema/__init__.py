"""The schema of a service's database: the changes that migrations, DDL and models make, in their order, and what comes of
them."""
