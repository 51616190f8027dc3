# SPDX-License-Identifier: Apache-2.0
"""What `joulemark analyze --json` says, computed by SciPy, pingouin, scikit-posthocs, statsmodels and pymannkendall.

Each function gives a flat dictionary from a path ("levene.p", "pairs.dunn.p_holm") to a number, NaN where the library has none."""

import contextlib
import math
import warnings

import numpy as np
import pandas
import pingouin
import pymannkendall
import scikit_posthocs
from scipy import special, stats
from statsmodels.stats.weightstats import ttost_ind, ttost_paired

LEVEL = 0.95
NOTHING = math.nan


def attempt(function, *arguments, **options):
    """What a library gives, or nothing where it refuses its data."""
    with warnings.catch_warnings(), contextlib.suppress(ValueError, ZeroDivisionError, ArithmeticError, KeyError), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return function(*arguments, **options)
    return None


def numbers(result, *names) -> list[float]:
    return [NOTHING if result is None else float(getattr(result, name)) for name in names]


def group(values: np.ndarray) -> dict:
    n = len(values)
    found = {"mean": np.mean(values), "median": np.median(values), "min": values.min(), "max": values.max()}
    if n > 1:
        found["sd"] = np.std(values, ddof=1)
        found["cv"] = found["sd"] / abs(found["mean"]) if found["mean"] != 0 else NOTHING
        half = found["sd"] / math.sqrt(n) * stats.t.ppf((1 + LEVEL) / 2, n - 1)
        found["mean_ci"] = [found["mean"] - half, found["mean"] + half]
    if n > 2:
        found["shapiro_wilk.w"], found["shapiro_wilk.p"] = numbers(attempt(stats.shapiro, values), "statistic", "pvalue")
        trend = attempt(pymannkendall.original_test, values)
        found["mann_kendall.z"], found["mann_kendall.p"] = numbers(trend, "z", "p")
    return found


def omnibus(groups: list[np.ndarray], blocked: bool) -> dict:
    tests = {
        "levene": attempt(stats.levene, *groups, center="median"),
        "levene_mean": attempt(stats.levene, *groups, center="mean"),
        "bartlett": attempt(stats.bartlett, *groups),
        "fligner_killeen": attempt(stats.fligner, *groups, center="median"),
        "anova": attempt(stats.f_oneway, *groups),
        "kruskal_wallis": attempt(stats.kruskal, *groups),
    }
    if blocked and len(groups) > 2:
        tests["friedman"] = attempt(stats.friedmanchisquare, *groups)
    found = {}
    for name, test in tests.items():
        found[f"{name}.statistic"], found[f"{name}.p"] = numbers(test, "statistic", "pvalue")
    welch = attempt(pingouin.welch_anova, data=long_form(groups), dv="value", between="group")
    if welch is not None:
        columns = {"statistic": "F", "df1": "ddof1", "df2": "ddof2", "p": "p_unc"}
        found.update({f"welch_anova.{key}": float(welch[column].iloc[0]) for key, column in columns.items()})
    return found


def long_form(groups: list[np.ndarray]) -> pandas.DataFrame:
    return pandas.DataFrame({"value": np.concatenate(groups), "group": np.repeat(np.arange(len(groups)), [len(g) for g in groups])})


def families(groups: list[np.ndarray]) -> dict:
    """Tests of all pairs at once: by (a, b)."""
    found = {(a, b): {} for a in range(len(groups)) for b in range(a + 1, len(groups))}
    table = long_form(groups)
    howell = attempt(pingouin.pairwise_gameshowell, data=table, dv="value", between="group")
    tukey = attempt(stats.tukey_hsd, *groups)
    dunn = {key: attempt(scikit_posthocs.posthoc_dunn, table, "value", "group", p_adjust=name)
            for key, name in {"p": None, "p_holm": "holm", "p_bonferroni": "bonferroni", "p_bh": "fdr_bh"}.items()}  # fmt: skip
    for (a, b), pair in found.items():
        if howell is not None:
            row = howell[(howell["A"] == a) & (howell["B"] == b)].iloc[0]
            # pingouin 0.7 names the statistic T; p comes from SciPy's studentized range.
            pair.update({"games_howell.t": float(row["T"]), "games_howell.df": float(row["df"]), "games_howell.p": float(row["pval"])})
        if tukey is not None:
            pair["tukey_hsd.p"] = float(tukey.pvalue[a, b])
        pair.update({f"dunn.{key}": float(p.iloc[a, b]) for key, p in dunn.items() if p is not None})
    return found


def welch(a: np.ndarray, b: np.ndarray) -> dict:
    test = attempt(stats.ttest_ind, a, b, equal_var=False)
    t, df, p = numbers(test, "statistic", "df", "pvalue")
    found = {"welch_t.t": t, "welch_t.df": df, "welch_t.p": p}
    interval = attempt(test.confidence_interval, LEVEL) if test is not None else None
    if interval is not None:
        found["welch_t.ci"] = [float(interval.low), float(interval.high)]
    return found


def hedges(a: np.ndarray, b: np.ndarray) -> dict:
    df = len(a) + len(b) - 2
    with np.errstate(all="ignore"):
        pooled = math.sqrt((np.var(a, ddof=1) * (len(a) - 1) + np.var(b, ddof=1) * (len(b) - 1)) / df)
    d = (a.mean() - b.mean()) / pooled if pooled > 0 else NOTHING
    correction = math.exp(special.gammaln(df / 2) - special.gammaln((df - 1) / 2)) / math.sqrt(df / 2)
    return {"cohens_d": d, "hedges_g": d * correction}


def tost(function, a: np.ndarray, b: np.ndarray, margin: float, **options) -> dict:
    bound = margin * abs(b.mean())
    result = attempt(function, a, b, -bound, bound, **options)
    if result is None:
        return {}
    p, low, high = result
    return {"p": float(p), "t_above_lo": float(low[0]), "p_above_lo": float(low[1]), "t_below_hi": float(high[0]), "p_below_hi": float(high[1])}


def pair(a: np.ndarray, b: np.ndarray, margin: float) -> dict:
    found = {"difference": a.mean() - b.mean(), "hodges_lehmann": np.median(np.subtract.outer(a, b))}
    found["cliffs_delta"] = np.sign(np.subtract.outer(a, b)).mean()
    found["a12"] = (found["cliffs_delta"] + 1) / 2
    found["mann_whitney.u"], found["mann_whitney.p"] = numbers(attempt(stats.mannwhitneyu, a, b, method="asymptotic"), "statistic", "pvalue")
    if len(np.unique(np.concatenate([a, b]))) == len(a) + len(b):
        found["mann_whitney.p_exact"] = numbers(attempt(stats.mannwhitneyu, a, b, method="exact"), "pvalue")[0]
    if min(len(a), len(b)) > 1:
        found.update({**welch(a, b), **hedges(a, b)})
        munzel = attempt(stats.brunnermunzel, a, b)
        found["brunner_munzel.w"], found["brunner_munzel.p"] = numbers(munzel, "statistic", "pvalue")
        found.update({f"tost.{key}": value for key, value in tost(ttost_ind, a, b, margin, usevar="unequal").items()})
    return found


def paired(a: np.ndarray, b: np.ndarray, margin: float) -> dict:
    t = attempt(stats.ttest_rel, a, b)
    found = dict(zip(("paired_t.t", "paired_t.df", "paired_t.p"), numbers(t, "statistic", "df", "pvalue")))
    difference = a - b
    normal = attempt(stats.wilcoxon, a, b, method="asymptotic", correction=True)
    # SciPy gives the smaller of both rank sums; ours is that of the positive differences.
    used = difference[difference != 0]
    found["wilcoxon.v"] = float(stats.rankdata(np.abs(used))[used > 0].sum()) if len(used) else NOTHING
    found["wilcoxon.p"] = numbers(normal, "pvalue")[0]
    if len(np.unique(np.abs(difference))) == len(a) and 0 not in difference:
        found["wilcoxon.p_exact"] = numbers(attempt(stats.wilcoxon, a, b, method="exact"), "pvalue")[0]
    low, high = np.triu_indices(len(difference))
    found["hodges_lehmann_paired"] = np.median((difference[low] + difference[high]) / 2)
    found.update({f"tost_paired.{key}": value for key, value in tost(ttost_paired, a, b, margin).items()})
    return found


def correlation(x: np.ndarray, y: np.ndarray) -> dict:
    found = {}
    for key, name, function in (("pearson", "r", stats.pearsonr), ("spearman", "rho", stats.spearmanr), ("kendall", "tau_b", stats.kendalltau)):
        found[f"{key}.{name}"], found[f"{key}.p"] = numbers(attempt(function, x, y), "statistic", "pvalue")
    return found


def bca(values: np.ndarray, statistic, resamples: int, seed: int) -> tuple[float, float]:
    result = attempt(stats.bootstrap, (values,), statistic, method="BCa", n_resamples=resamples, rng=np.random.default_rng(seed),
                     vectorized=True, axis=-1, confidence_level=LEVEL)  # fmt: skip
    return (NOTHING, NOTHING) if result is None else (float(result.confidence_interval.low), float(result.confidence_interval.high))
