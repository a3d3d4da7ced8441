"""An app of somebody else's that adds a billing rule, a feature of modes, a panel, a block and vetoes."""
