# SPDX-License-Identifier: Apache-2.0
"""`analyze`: what R and SciPy say of the same data, through the program."""

import csv

import pytest
from analyze_cases import DATA_SETS, GOLDEN, P_VALUE, REPETITIONS, STATISTIC, STUDY, close, rows_of, where
from conftest import OK

# Where a row of the reference's table stands in the JSON: (object of a group, a pair or all; path of the statistic; other numbers).
PLACES = {
    "shapiro": ("shapiro_wilk", {"statistic": "w", "p": "p"}),
    "anova": ("anova", {"statistic": "statistic", "df1": "df1", "df2": "df2", "p": "p"}),
    "eta_squared": ("anova", {"statistic": "eta_squared", "omega2": "omega_squared"}),
    "welch_anova": ("welch_anova", {"statistic": "statistic", "df1": "df1", "df2": "df2", "p": "p"}),
    "brown_forsythe_levene_median": ("levene", {"statistic": "statistic", "df1": "df1", "df2": "df2", "p": "p"}),
    "levene_mean": ("levene_mean", {"statistic": "statistic", "df1": "df1", "df2": "df2", "p": "p"}),
    "bartlett": ("bartlett", {"statistic": "statistic", "df1": "df", "p": "p"}),
    "fligner": ("fligner_killeen", {"statistic": "statistic", "df1": "df", "p": "p"}),
    "kruskal": ("kruskal_wallis", {"statistic": "statistic", "df1": "df", "p": "p", "epsilon2": "epsilon_squared", "eta2_H": "eta_squared"}),
    "welch_t": ("welch_t", {"statistic": "t", "df1": "df", "p": "p"}),
    "games_howell": ("games_howell", {"statistic": "t", "df2": "df", "p_exact": "p"}),
    "dunn": ("dunn", {"statistic": "z", "p": "p", "holm": "p_holm", "bonferroni": "p_bonferroni", "bh": "p_bh"}),
    "mannwhitney_exact": ("mann_whitney", {"statistic": "u", "p": "p_exact"}),
    "mannwhitney_exact_tiesfallback": ("mann_whitney", {"statistic": "u", "p": "p"}),
    "mannwhitney_normal_cc": ("mann_whitney", {"statistic": "u", "p": "p"}),
    "wilcoxon_signed_rank_exact": ("wilcoxon", {"statistic": "v", "p": "p_exact"}),
    "wilcoxon_signed_rank_exact_tiesfallback": ("wilcoxon", {"statistic": "v", "p": "p"}),
    "cohen_d": ("", {"statistic": "cohens_d", "hedges_g_exact": "hedges_g"}),
    "cliffs_delta": ("", {"statistic": "cliffs_delta", "A12": "a12"}),
    "hodges_lehmann": ("", {"statistic": "hodges_lehmann"}),
    "hodges_lehmann_tiesfallback": ("", {"statistic": "hodges_lehmann"}),
}
INTERVALS = {"welch_t": ("welch_t", "ci"), "hodges_lehmann": (None, "hodges_lehmann_ci"), "hodges_lehmann_tiesfallback": (None, "hodges_lehmann_ci")}
# With ties, R looks for the jumps of its statistic with a step of 1e-4, and for an estimate between them.
SEARCHED = 1e-3


def golden_object(found: dict, row: dict) -> dict:
    """The group, the pair, or the whole that a row is about."""
    if row["group_b"]:
        return next(pair for pair in found["pairs"] if (pair["a"], pair["b"]) == (row["group_a"], row["group_b"]))
    return next(group for group in found["groups"] if group["name"] == row["group_a"]) if row["group_a"] else found


def check_row(found: dict, row: dict) -> None:
    key, numbers = PLACES[row["test"]]
    about = golden_object(found, row)
    ours = about[key] if key else about
    reference = {**row, **dict(item.split("=") for item in row["extra"].split(";") if item)}
    tolerance = SEARCHED if row["test"].endswith("lehmann_tiesfallback") else STATISTIC
    for column, name in numbers.items():
        of = (row["dataset"], row["test"], row["group_a"], row["group_b"], name)
        close(ours[name], reference[column], P_VALUE if name.startswith("p") else tolerance, of)
    if row["test"] in INTERVALS:
        parent, name = INTERVALS[row["test"]]
        interval = (about[parent] if parent else about)[name]
        close(interval[0], reference["ci_lo"], tolerance, row)
        close(interval[1], reference["ci_hi"], tolerance, row)


@pytest.mark.parametrize("dataset", DATA_SETS)
def test_every_statistic_is_what_the_reference_implementations_give(joulemark, dataset):
    outcome = joulemark("analyze", REPETITIONS, "--value", "value", "--group", "engine", "--block", "repetition", *where(dataset), "--json")
    assert outcome.status == OK, outcome.err
    rows = [row for row in rows_of("stats_golden.csv") if row["dataset"] == dataset]
    assert len(rows) > 20
    for row in rows:
        check_row(outcome.json, row)


@pytest.mark.parametrize("row", rows_of("tost_phi2_onnx_vs_ov.csv"), ids=lambda row: row["bound_frac"])
def test_equivalence_with_a_bound_in_the_values_unit(joulemark, row):
    outcome = joulemark(
        "analyze", REPETITIONS, "--value", "value", "--group", "engine", *where("phi2_cpu_CPU_energy"), "--bound", row["bound_J"], "--json"
    )  # fmt: skip
    tost = golden_object(outcome.json, {"group_a": "onnx", "group_b": "ov"})["tost"]
    for ours, theirs in {"p": "p_tost", "p_above_lo": "p_low", "p_below_hi": "p_high"}.items():
        close(tost[ours], row[theirs], P_VALUE)
    for ours, theirs in {"t_above_lo": "t_low", "t_below_hi": "t_high", "df": "df_low"}.items():
        close(tost[ours], row[theirs], 1e-9)


def write_medians(path, keep) -> None:
    """Energies and durations of the study's configurations, in one table."""
    with (STUDY / "medians_energy.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["metric"] == "global_energy_median"]
    energy = {(row["ep"], row["engine"], row["model"]): row["value"] for row in rows}
    with (STUDY / "medians_duration.csv").open(newline="") as file:
        duration = {(row["ep"], row["engine"], row["model"]): row["value"] for row in csv.DictReader(file)}
    lines = [f"all,{energy[key]},{duration[key]}" for key in sorted(duration) if key in energy and key[1] not in ("idle", "torchscript") and keep(key)]
    path.write_text("\n".join(["group,energy,duration", *lines]) + "\n")


@pytest.mark.parametrize("row", rows_of("correlation_energy_duration.csv"), ids=lambda row: row["subset"])
def test_correlations_are_what_scipy_gives(joulemark, row):
    provider = row["subset"].partition("_")[0].upper()
    write_medians(joulemark.home / "medians.csv", lambda key: provider in ("ALL", key[0]))
    outcome = joulemark("analyze", "medians.csv", "--value", "energy", "--group", "group", "--with", "duration", "--json")
    correlation = outcome.json["correlation"]
    assert (correlation["with"], correlation["n"]) == ("duration", int(row["n"]))
    for key, name in (("spearman", "rho"), ("pearson", "r"), ("kendall", "tau_b")):
        close(correlation[key][name], row[f"{key}_{name}"], STATISTIC)
        close(correlation[key]["p"], row[f"{key}_p"], P_VALUE)
    low, high = correlation["pearson"]["ci"]
    assert low < correlation["pearson"]["r"] < high


def test_several_groups_are_factors_whose_effects_are_those_of_r(joulemark):
    outcome = joulemark("analyze", GOLDEN / "factorial_2x3.csv", "--value", "y", "--group", "engine,batch", "--json")
    assert outcome.status == OK, outcome.err
    effects = {effect["effect"]: effect for effect in outcome.json["factorial"]["effects"]}
    names = {"a": "engine", "b": "batch", "a:b": "engine:batch"}
    rows = rows_of("factorial_golden.csv")
    assert {names[row["effect"]] for row in rows} == set(effects)
    for row in rows:
        ours = effects[names[row["effect"]]]["art" if row["aligned"] == "ART" else "anova"]
        assert (ours["df1"], ours["df2"]) == (float(row["df1"]), float(row["df2"]))
        close(ours["statistic"], row["F"], STATISTIC, row)
        close(ours["p"], row["p"], P_VALUE, row)
    assert {group["name"] for group in outcome.json["groups"]} == {f"{engine} {batch}" for engine in ("ort", "torch") for batch in ("b1", "b8", "b32")}


@pytest.mark.parametrize("engine", ["onnx", "ov", "torch"])
def test_bootstrap_intervals_lie_where_scipy_has_them(joulemark, engine):
    outcome = joulemark("analyze", REPETITIONS, "--value", "value", "--group", "engine", *where("phi2_cpu_CPU_energy"), "--json")
    group = golden_object(outcome.json, {"group_a": engine, "group_b": ""})
    for row in rows_of("bootstrap_bca_phi2_cpu_energy.csv"):
        if row["engine"] == engine:
            close(group[row["stat"]], row["estimate"], STATISTIC)
            for end, reference in zip(group[f"bca_{row['stat']}"], (row["bca95_lo"], row["bca95_hi"])):
                assert abs(end - float(reference)) <= 0.5 * float(row["boot_se"]), (row, end)
