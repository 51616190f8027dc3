# SPDX-License-Identifier: Apache-2.0
"""The public clients of script/serving-requirements.txt: whoever imports this can import them, as they are installed by script/bootstrap."""

import hashlib
import site
import sys

from conftest import CACHE, ROOT

DIGEST = hashlib.sha256((ROOT / "script/serving-requirements.txt").read_bytes()).hexdigest()[:12]
FOLDER = CACHE / f"serving-tools-{DIGEST}"

assert (FOLDER / ".complete").exists(), f"there are no clients in {FOLDER}; run script/bootstrap"
# Behind what is there: the tests' own packages come first.
site.addsitedir(str(FOLDER / f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"))
