"""What the meter does in a second, side by side with the usual ways and with what the server itself can do."""
