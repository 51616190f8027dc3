# SPDX-License-Identifier: Apache-2.0
"""Data that the tests of `analyze` share: the published repetitions, the golden files, and a table of six rows."""

import csv
import math

from conftest import DATA, ROOT

GOLDEN = DATA / "stats-golden"
STUDY = ROOT / "examples/studies/code-slm-2412.15441"
REPETITIONS = STUDY / "per_repetition_complete.csv"
DATA_SETS = {
    "phi2_cpu_CPU_energy": ("CPU", "phi2", "CPU_energy"),
    "phi2_cpu_GPU_energy": ("CPU", "phi2", "GPU_energy"),
    "phi2_cpu_global_energy": ("CPU", "phi2", "global_energy"),
    "codeparrot_cuda_gpu_util": ("CUDA", "codeparrot-small", "avg_utilization_gpu_config"),
    "codeparrot_cuda_power": ("CUDA", "codeparrot-small", "avg_power_draw_config"),
    "codeparrot_cuda_memused": ("CUDA", "codeparrot-small", "avg_used_memory_pct_mib"),
}
STATISTIC, P_VALUE = 1e-10, 1e-8  # relative tolerances of golden values
SMALL = "group,value,other,block\na,1,2,1\na,2,1,2\na,4,6,3\nb,3,5,1\nb,4.5,9,2\nb,8,8,3\n"


def rows_of(name: str) -> list[dict]:
    with (GOLDEN / name).open(newline="") as file:
        return list(csv.DictReader(file))


def where(dataset: str) -> list[str]:
    provider, model, metric = DATA_SETS[dataset]
    return [argument for cell in (f"ep={provider}", f"model={model}", f"metric={metric}") for argument in ("--where", cell)]


def close(mine: float, reference: str | float, tolerance: float, of="") -> None:
    assert mine is not None, of
    assert math.isclose(mine, float(reference), rel_tol=tolerance), (of, mine, reference)
