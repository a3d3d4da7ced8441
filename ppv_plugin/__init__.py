"""Pay-per-view and pay-per-minute live video chat for any Wagtail site."""

__version__ = "0.1.0"
