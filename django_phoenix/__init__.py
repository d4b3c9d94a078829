"""Phoenix Channels and LiveView for Django."""

__version__ = "0.1.0"
