"""Pictures of every page, and what axe says of each: `python -m scripts.gallery`."""
