"""Commands to the platform: taken, sent at most once by a machine, followed until their fate is known."""
