"""The Engage platform as we know it: its wire, its rules, our mirror of it and our commands to it."""
