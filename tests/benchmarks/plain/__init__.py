"""How a pay-per-minute plug-in is usually written: a balance on each wallet, a posting a minute, a loop over sessions.

Kept as well as such code can be: one transaction a session, rows locked in one order, entries inserted together.
"""
