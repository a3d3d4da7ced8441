"""The real services against `reference.py`: every number is compared after every step of a hypothesis state machine.

    PPV_MACHINE_EXAMPLES=2000 PPV_MACHINE_STEPS=80 pytest tests/integration/metering/test_state_machine.py

runs longer. A machine that charges nothing would be green too, so the test fails when its examples charge too little,
and prints what they did.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import Phase

from .machine import run

EXAMPLES = int(os.environ.get("PPV_MACHINE_EXAMPLES", "25"))
STEPS = int(os.environ.get("PPV_MACHINE_STEPS", "25"))
CHARGES_PER_EXAMPLE = 5  # fewer on average, and the machine proves little


def test_the_services_do_what_the_reference_does(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    seen = run(EXAMPLES, STEPS, phases=(Phase.generate, Phase.shrink))
    with capsys.disabled():
        print(f"\nstate machine: {dict(seen)}, {seen['charges'] / seen['examples']:.1f} charges an example")
    assert seen["charges"] >= CHARGES_PER_EXAMPLE * seen["examples"], "the examples hardly charge: nothing is proved"
