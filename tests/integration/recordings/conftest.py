from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ppv_plugin.conf import conf


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.PPV_PLUGIN = {**settings.PPV_PLUGIN, "RECORDINGS_ROOT": str(tmp_path / "recordings")}
    assert conf.RECORDINGS_ROOT
    return tmp_path / "recordings"
