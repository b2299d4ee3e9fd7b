"""A platform that speaks the documented Engage protocol, with its own database and leads that answer by themselves."""
