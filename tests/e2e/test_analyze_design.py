# SPDX-License-Identifier: Apache-2.0
"""`analyze` with what its options add: quantiles, resampled pairs, mixed models, nested repetition. References are computed here, from definitions."""

import itertools
import math
import random
import statistics

import pytest
from analyze_cases import close
from conftest import OK, USAGE


def write(joulemark, head: str, rows: list[tuple]):
    (joulemark.home / "data.csv").write_text("\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n")


def analyze(joulemark, *arguments) -> dict:
    outcome = joulemark("analyze", "data.csv", "--value", "value", "--json", *arguments)
    assert outcome.status == OK, outcome.err
    return outcome.json


def sample(seed: int, n: int, centre: float = 100) -> list[float]:
    generator = random.Random(seed)
    return [round(generator.gauss(centre, 5), 3) for _ in range(n)]


def test_quantiles_have_the_intervals_of_order_statistics(joulemark):
    values = sample(1, 300)
    write(joulemark, "group,value", [("a", value) for value in values])
    (group,) = analyze(joulemark, "--group", "group", "--quantiles", "0.5,99%")["groups"]
    half, tail = group["quantiles"]
    assert (half["p"], tail["p"]) == (0.5, 0.99)
    close(half["value"], statistics.median(values), 1e-12)
    ordered = sorted(values)
    lower, upper = (ordered.index(end) + 1 for end in half["ci"])
    covered = sum(math.comb(300, k) for k in range(lower, upper)) / 2**300
    close(half["ci_coverage"], covered, 1e-9)
    narrower = sum(math.comb(300, k) for k in range(lower + 1, upper)) / 2**300
    assert 0.95 <= covered and narrower < covered
    assert tail["ci"] is None and tail["ci_reason"] == "too_few"
    assert tail["conservative"] is None and tail["conservative_reason"] == "too_few"  # MLPerf wants 662 of them
    # The greatest t with P(X <= t of 300 at 0.5) < 0.01, of which t - 1 are left out.
    below = [sum(math.comb(300, k) for k in range(t + 1)) / 2**300 for t in range(300)]
    t = max(t for t in range(300) if below[t] < 0.01)
    close(half["conservative"], ordered[300 - t], 1e-12)


def test_small_permutations_are_exact(joulemark):
    a, b = [1.0, 2.5, 4.0, 3.5], [5.0, 4.5, 7.0, 3.0]
    rows = [(group, block, value) for group, values in (("a", a), ("b", b)) for block, value in enumerate(values)]
    write(joulemark, "group,block,value", rows)
    (pair,) = analyze(joulemark, "--group", "group", "--block", "block", "--resample-pairs")["pairs"]

    def t(x, y):
        return (statistics.mean(x) - statistics.mean(y)) / math.sqrt(statistics.variance(x) / len(x) + statistics.variance(y) / len(y))

    def split(places):
        pool = a + b
        return [pool[i] for i in places], [pool[i] for i in range(8) if i not in places]

    least = abs(t(a, b)) * (1 - 1e-12)
    choices = [split(places) for places in itertools.combinations(range(8), 4)]
    close(pair["permutation"]["p"], sum(abs(t(x, y)) >= least for x, y in choices) / len(choices), 1e-12)
    close(pair["permutation"]["t"], t(a, b), 1e-12)
    assert pair["permutation"]["exact"] is True
    differences = [x - y for x, y in zip(a, b, strict=True)]
    signed = [abs(sum(s * d for s, d in zip(signs, differences, strict=True))) for signs in itertools.product((1, -1), repeat=4)]
    close(pair["permutation_paired"]["p"], sum(s >= abs(sum(differences)) - 1e-12 for s in signed) / 16, 1e-12)
    close(pair["bca_ratio_of_means"], statistics.mean(a) / statistics.mean(b), 1e-14)
    lo, hi = pair["bca_ratio_of_means_ci"]
    assert lo < pair["bca_ratio_of_means"] < hi < 1.2


def test_many_permutations_are_drawn_from_the_seed(joulemark):
    write(joulemark, "group,value", [(group, value) for seed, group in enumerate("ab") for value in sample(seed, 30)])
    runs = [analyze(joulemark, "--group", "group", "--resample-pairs", "--seed", seed)["pairs"][0] for seed in (1, 1, 2)]
    first, again, other = (run["permutation"] for run in runs)
    assert first == again and first["exact"] is False
    assert abs(first["p"] - other["p"]) < 0.03 and abs(first["p"] - runs[0]["welch_t"]["p"]) < 0.03


def test_of_two_groups_in_blocks_the_mixed_model_is_the_paired_t_test(joulemark):
    rows = [(group, block, value) for seed, group in enumerate("ab") for block, value in enumerate(sample(seed, 12, 100 + 3 * seed))]
    write(joulemark, "group,block,value", rows)
    found = analyze(joulemark, "--group", "group", "--block", "block", "--random", "block")
    paired = found["pairs"][0]["paired_t"]
    assert found["mixed"]["random"] == ["block"]
    for acts in ("intercepts", "slopes"):
        (effect,) = found["mixed"][acts]["effects"]
        assert effect["effect"] == "group"
        close(effect["test"]["statistic"], paired["t"] ** 2, 1e-10)
        close(effect["test"]["p"], paired["p"], 1e-10)
        assert (effect["test"]["df1"], effect["test"]["df2"]) == (1, 11)


def test_models_as_a_random_sample(joulemark):
    """F of the engine against engine × model, from sums of squares by hand."""
    generator = random.Random(4)
    rows = [
        (engine, model, round(10 + 2 * (engine == "b") + 3 * m + (engine == "b") * (m % 2) + generator.gauss(0, 0.3), 4))
        for m, model in enumerate("vwxyz") for engine in "ab" for _ in range(3)
    ]  # fmt: skip
    write(joulemark, "engine,model,value", rows)
    found = analyze(joulemark, "--group", "engine,model", "--random", "model")
    (effect,) = found["mixed"]["slopes"]["effects"]
    differences = [
        statistics.mean(v for e, m, v in rows if (e, m) == ("b", model)) - statistics.mean(v for e, m, v in rows if (e, m) == ("a", model))
        for model in "vwxyz"
    ]
    t = statistics.mean(differences) / math.sqrt(statistics.variance(differences) / 5)
    close(effect["test"]["statistic"], t * t, 1e-9)
    assert effect["with_random"]["df1"] == 4 and effect["with_random"]["df2"] == 20
    assert [component["of"] for component in found["mixed"]["slopes"]["components"]] == ["model", "engine:model", "residual"]
    assert found["factorial"]["effects"][0]["anova"]["statistic"] > effect["test"]["statistic"]


def test_nested_repetition_says_where_the_variance_arises(joulemark):
    generator = random.Random(9)
    rows = []
    for engine, centre in (("a", 100), ("b", 120)):
        for process in range(5):
            shift = generator.gauss(0, 6)
            rows += [(engine, f"{engine}{process}", call, round(centre + shift + generator.gauss(0, 1), 4)) for call in range(4)]
    generator.shuffle(rows)
    write(joulemark, "engine,process,call,value", rows)
    found = analyze(joulemark, "--group", "engine", "--nested", "process,call", "--costs", "10,1")["nested"]
    assert found["levels"] == ["process", "call"]
    group = next(group for group in found["groups"] if group["name"] == "a")
    processes = [[v for _, p, _, v in rows if p == f"a{i}"] for i in range(5)]
    means = [statistics.mean(process) for process in processes]
    within = statistics.mean(statistics.variance(process) for process in processes)
    between = statistics.variance(means)
    close(group["mean"], statistics.mean(means), 1e-12)
    half = 2.7764451051977987 * math.sqrt(between / 5)  # R: qt(0.975, 4)
    close(group["ci"][1] - group["mean"], half, 1e-9)
    top, low = group["levels"]
    assert (top["count"], low["count"]) == (5, 4)
    close(top["variance"], between - within / 4, 1e-9)
    close(low["variance"], within, 1e-9)
    assert low["optimal_repetitions"] == max(1, math.ceil(math.sqrt(10 * within / (between - within / 4))))
    (ratio,) = found["ratios"]
    assert {ratio["a"], ratio["b"]} == {"a", "b"} and ratio["ci"][0] < ratio["ratio"] < ratio["ci"][1]
    rows_below = analyze(joulemark, "--group", "engine", "--nested", "process")["nested"]
    assert rows_below["levels"] == ["process", "row"] and rows_below["ratios"] == found["ratios"]


def test_uneven_nesting_is_said(joulemark):
    write(joulemark, "group,process,value", [("a", 1, 3), ("a", 1, 4), ("a", 2, 5), ("b", 1, 1)])
    found = analyze(joulemark, "--group", "group", "--nested", "process")["nested"]
    assert found["groups"][0]["mean_reason"] == "unbalanced" and found["groups"][0]["levels"] == []


def test_logarithms_are_of_every_part(joulemark):
    rows = [(engine, batch, value, value * 2) for engine in "ab" for batch in (1, 8) for value in sample(batch, 4, 50)]
    write(joulemark, "engine,batch,value,other", rows)
    on_logs = analyze(joulemark, "--group", "engine,batch", "--log", "--with", "other", "--random", "engine")
    write(joulemark, "engine,batch,value,other", [(e, b, repr(math.log(v)), repr(math.log(o))) for e, b, v, o in rows])
    by_hand = analyze(joulemark, "--group", "engine,batch", "--with", "other", "--random", "engine")
    for key in ("factorial", "correlation", "mixed"):
        assert on_logs[key] == by_hand[key]


def test_every_format_has_the_tables(joulemark):
    write(joulemark, "group,block,value", [(group, block, value) for seed, group in enumerate("ab") for block, value in enumerate(sample(seed, 6))])
    command = ["analyze", "data.csv", "--value", "value", "--group", "group", "--block", "block", "--quantiles", "0.9", "--resample-pairs"]
    for options in (["--random", "block"], ["--nested", "block"]):
        for style in ("text", "markdown", "latex", "csv"):
            outcome = joulemark(*command, *options, "--format", style)
            assert outcome.status == OK and outcome.out, outcome.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--random", "blok"], "--random 'blok' must be a column of --group, or the --block"),
        (["--nested", "proces"], "has no column 'proces'"),
        (["--costs", "1,2"], "--costs are of the levels of --nested"),
        (["--nested", "block", "--costs", "1,-2"], "--costs must be seconds above 0, such as 30,0.1, not '-2'"),
        (["--nested", "block", "--costs", "1,2,3"], "--costs has 3 numbers; there are 2 levels of repetition: block, row"),
        (["--quantiles", "0.9,1"], "--quantiles must be between 0 and 1, such as 0.99, not '1'"),
        (["--quantiles", "much"], "--quantiles must be a share"),
    ],
)
def test_mistakes_are_said(joulemark, options, words):
    write(joulemark, "group,block,value", [("a", 1, 3), ("a", 1, 4), ("a", 2, 5), ("a", 2, 1)])
    outcome = joulemark("analyze", "data.csv", "--value", "value", "--group", "group", *options)
    assert outcome.status == USAGE and words in outcome.err
