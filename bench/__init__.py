"""How fast the ring turns, measured on PostgreSQL: `make bench`."""
