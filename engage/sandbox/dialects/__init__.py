"""The other ways in which the guides can be read, and the sandbox speaking them.

The rest of the sandbox knows the plain reading alone. What leaves is shaped here on its way out, and what comes in is
brought back to the plain reading on its way in; while nothing but the plain dialect is spoken, no byte is touched.
"""
