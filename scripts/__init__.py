"""What `make` runs: set-up of a machine, services for tests, the suite, the demo."""
