"""The sockets: one hub per process, the protocol `ppv.v1`, and the way from a committed fact to a screen."""
