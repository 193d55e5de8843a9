"""The package stands alone: a merchant's own program needs requests and nothing of the office."""

import subprocess
import sys
from pathlib import Path

import orders
import orders.gateway

ROOT = Path(orders.__file__).parent.parent


def test_package_loads_without_django() -> None:
    check = (
        "import sys; sys.modules['django'] = None; import orders.gateway; "
        "sys.exit(any(name.split('.')[0] == 'django' and module for name, module in "
        "sys.modules.items()))"
    )
    run = subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=False)
    assert run.returncode == 0


def test_everything_promised_is_there() -> None:
    assert sorted(orders.gateway.__all__) == sorted(set(orders.gateway.__all__))
    assert all(hasattr(orders.gateway, name) for name in orders.gateway.__all__)
