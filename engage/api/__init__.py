"""The documented API of the Engage platform: typed objects, webhook events, and the HTTP client."""
