# SPDX-License-Identifier: Apache-2.0
"""`analyze`: what options do, every format and message, and data that have no answer."""

import csv
import io
import itertools
import json
import math
import re

import pytest
from analyze_cases import GOLDEN, REPETITIONS, SMALL, STATISTIC, close, where
from conftest import NOT_OK, OK, QUICK, USAGE


@pytest.fixture
def small(joulemark):
    (joulemark.home / "small.csv").write_text(SMALL)
    return ["analyze", "small.csv", "--value", "value", "--group", "group"]


def test_the_same_seed_gives_the_same_output_and_another_one_another(joulemark):
    command = ["analyze", REPETITIONS, "--value", "value", "--group", "engine", *where("phi2_cpu_CPU_energy"), "--json", "--resamples", "500"]
    first, again, other = (joulemark(*command, "--seed", seed) for seed in (1, 1, 2))
    assert first.out == again.out
    assert first.json["groups"][0]["bca_mean"] != other.json["groups"][0]["bca_mean"]
    assert first.json["groups"][0]["bca_median"] == other.json["groups"][0]["bca_median"]


def test_blocks_add_what_is_paired(joulemark, small):
    found = joulemark(*small, "--block", "block", "--json").json
    (pair,) = found["pairs"]
    assert pair["blocks"] == 3
    # R: t.test(c(1,2,4), c(3,4.5,8), paired = TRUE), wilcox.test(..., exact = TRUE)
    close(pair["paired_t"]["t"], -4.714951667914447, 1e-12)
    close(pair["paired_t"]["p"], 0.042158511307681217, 1e-8)
    assert pair["wilcoxon"]["v"] == 0 and pair["wilcoxon"]["p_exact"] == 0.25
    assert pair["hodges_lehmann_paired"] == -2.75
    assert found["friedman"]["statistic"] == 3
    # SciPy: stats.studentized_range.sf(3**0.5 * 2**0.5, 2, inf)
    close(pair["nemenyi"]["p"], 0.08326451666355, 1e-9)
    assert pair["conover_reason"] == "separated"
    bare = joulemark(*small, "--json").json
    assert "friedman" not in bare and "paired_t" not in bare["pairs"][0]


def test_blocks_that_one_group_lacks_are_left_out_of_pairs(joulemark):
    (joulemark.home / "gap.csv").write_text(SMALL + "c,1,1,2\nc,2,2,3\nc,5,5,4\n")
    found = joulemark("analyze", "gap.csv", "--value", "value", "--group", "group", "--block", "block", "--json").json
    assert [pair["blocks"] for pair in found["pairs"]] == [3, 2, 2]
    assert found["friedman"]["statistic"] is None and found["friedman_reason"] == "unbalanced"


def test_logarithms_make_differences_of_ratios(joulemark, small):
    found = joulemark(*small, "--log", "--json").json
    assert found["scale"] == "ln"
    close(found["groups"][0]["mean"], math.log(8) / 3, 1e-14)
    close(found["pairs"][0]["difference"], math.log(8 / (3 * 4.5 * 8)) / 3, 1e-13)
    raw = joulemark(*small, "--json").json
    assert raw["scale"] == "raw"
    (joulemark.home / "ln.csv").write_text("group,value\n" + "".join(f"{line.split(',')[0]},{math.log(float(line.split(',')[1]))!r}\n" for line in SMALL.splitlines()[1:]))  # fmt: skip
    by_hand = joulemark("analyze", "ln.csv", "--value", "value", "--group", "group", "--bound", math.log(1.03), "--json").json
    assert by_hand["pairs"] == found["pairs"]


def test_rows_are_chosen_by_their_cells(joulemark, small):
    chosen = joulemark(*small, "--where", "block=1", "--where", "group=a", "--json").json
    assert [(group["name"], group["n"]) for group in chosen["groups"]] == [("a", 1)]


def test_pairs_are_all_or_those_with_the_lowest_mean(joulemark):
    names = [f"g{i}" for i in range(5)]
    lines = [f"{name},{10 - i + 0.1 * j}" for i, name in enumerate(names) for j in range(4)]
    (joulemark.home / "five.csv").write_text("\n".join(["group,value", *lines]))
    command = ["analyze", "five.csv", "--value", "value", "--group", "group", "--json"]
    for choice in ("all", "auto"):
        found = joulemark(*command, "--pairs", choice).json
        assert [(pair["a"], pair["b"]) for pair in found["pairs"]] == list(itertools.combinations(names, 2))
        assert found["pairs_of"] == "all" and found["pairs"][0]["tukey_hsd"]["p"] < 1
    found = joulemark(*command, "--pairs", "lowest").json
    assert [(pair["a"], pair["b"]) for pair in found["pairs"]] == [(name, "g4") for name in names[:4]]
    assert found["pairs_of"] == "lowest_mean"
    assert found["pairs"][0]["tukey_hsd"]["p"] is None and found["pairs"][0]["tukey_hsd_reason"] == "too_many"
    # Holm's factor is the number of pairs that are compared.
    smallest = min(found["pairs"], key=lambda pair: pair["dunn"]["p"])["dunn"]
    close(smallest["p_holm"], 4 * smallest["p"], 1e-12)


def test_above_200_groups_pairs_are_those_with_the_lowest_mean(joulemark):
    lines = [f"g{i},{i + j}" for i in range(201) for j in (0, 0.5, 0.75)]
    (joulemark.home / "many.csv").write_text("\n".join(["group,value", *lines]))
    found = joulemark("analyze", "many.csv", "--value", "value", "--group", "group", "--json").json
    assert len(found["pairs"]) == 200 and {pair["a"] for pair in found["pairs"]} == {"g0"}


def test_several_columns_give_several_analyses(joulemark, small):
    found = joulemark("analyze", "small.csv", "--value", "value", "--value", "other", "--group", "group", "--json").json
    assert [analysis["value"] for analysis in found["analyses"]] == ["value", "other"]
    assert found["analyses"][0] == joulemark(*small, "--json").json
    assert joulemark("analyze", "small.csv", "--value", "value,other", "--group", "group", "--json").json == found


def test_the_level_is_that_of_every_interval(joulemark, small):
    narrow, wide = (joulemark(*small, "--level", level, "--json").json for level in (0.8, 0.99))
    assert (narrow["level"], wide["level"]) == (0.8, 0.99)
    for key in ("mean_ci", "bca_mean"):
        low, high = narrow["groups"][0][key]
        assert wide["groups"][0][key][0] < low and wide["groups"][0][key][1] > high


def test_the_margin_is_a_share_of_the_second_groups_mean(joulemark, small):
    by_share = joulemark(*small, "--margin", "10%", "--json").json["pairs"][0]["tost"]
    by_bound = joulemark(*small, "--bound", (3 + 4.5 + 8) / 30, "--json").json["pairs"][0]["tost"]
    close(by_share["p"], by_bound["p"], 1e-12)
    assert joulemark(*small, "--margin", "0.1", "--json").json["pairs"][0]["tost"] == by_share


# Formats


def tables_of_csv(text: str) -> dict[str, list[dict]]:
    parts = re.split(r"^# (\w+)\n", text, flags=re.M)[1:]
    return {name: list(csv.DictReader(io.StringIO(body.strip()))) for name, body in zip(parts[::2], parts[1::2])}


def test_csv_has_every_digit(joulemark, small):
    found = joulemark(*small, "--block", "block", "--json").json
    tables = tables_of_csv(joulemark(*small, "--block", "block", "--format", "csv").out)
    assert list(tables) == ["groups", "tests", "pairs", "paired"]
    for row, group in zip(tables["groups"], found["groups"], strict=True):
        assert [float(row[key]) for key in ("n", "mean", "median", "sd", "cv")] == [group[key] for key in ("n", "mean", "median", "sd", "cv")]
        assert float(row["shapiro_p"]) == group["shapiro_wilk"]["p"]
    tests = {row["test"]: row for row in tables["tests"]}
    welch = found["welch_anova"]
    assert [float(tests["Welch ANOVA"][key]) for key in ("statistic", "df1", "df2", "p")] == [welch[key] for key in ("statistic", "df1", "df2", "p")]
    assert tests["Kruskal–Wallis"]["df2"] == ""
    (pair,) = tables["pairs"]
    assert float(pair["p_games_howell"]) == found["pairs"][0]["games_howell"]["p"]
    assert float(pair["p_mann_whitney"]) == found["pairs"][0]["mann_whitney"]["p_exact"]


def test_csv_says_na_where_there_is_no_number(joulemark):
    (joulemark.home / "one.csv").write_text("group,value\na,1\nb,2\n")
    tables = tables_of_csv(joulemark("analyze", "one.csv", "--value", "value", "--group", "group", "--format", "csv").out)
    assert tables["groups"][0]["sd"] == "NA" and tables["pairs"][0]["p_welch"] == "NA"


def test_markdown_is_one_table_each(joulemark, small):
    out = joulemark(*small, "--format", "markdown").out
    blocks = re.findall(r"(?:^\|.*\n)+", out, flags=re.M)
    assert len(blocks) == 3
    for block in blocks:
        head, rule, *rows = block.splitlines()
        assert re.fullmatch(r"(\|\s*:?-+:?\s*)+\|", rule) and rows
        assert {line.count("|") for line in (head, rule, *rows)} == {head.count("|")}
    assert "Brown–Forsythe" in blocks[1] and "| a" in blocks[2]


def test_latex_escapes_and_balances(joulemark):
    (joulemark.home / "odd.csv").write_text("group,value_J\n50%_a&b,1\n50%_a&b,2\n50%_a&b,4\nb#,3\nb#,5\nb#,6\n")
    out = joulemark("analyze", "odd.csv", "--value", "value_J", "--group", "group", "--format", "latex").out
    assert r"50\%\_a\&b" in out and r"b\#" in out and r"value\_J" in out
    assert out.count(r"\begin{tabular}") == out.count(r"\end{tabular}") == 3
    assert out.count(r"\begin{table}") == out.count(r"\end{table}") == 3
    assert out.count("{") == out.count("}")


def test_text_says_what_the_tables_are(joulemark, small):
    out = joulemark(*small).out
    for words in ("value: 2 groups", "tests of all groups", "differences a − b of all pairs", "Intervals of 95 %"):
        assert words in out


def test_factors_and_correlations_have_tables(joulemark):
    found = joulemark("analyze", GOLDEN / "factorial_2x3.csv", "--value", "y", "--group", "engine,batch", "--with", "y", "--format", "csv")
    tables = tables_of_csv(found.out)
    assert list(tables) == ["groups", "tests", "pairs", "correlation", "factorial"]
    close(float(tables["factorial"][0]["f"]), 20.9066664422159, STATISTIC)
    assert float(tables["correlation"][0]["value"]) == 1


def test_an_output_file_holds_what_is_printed_otherwise(joulemark, small):
    for options in (["--format", "csv"], ["--json"]):
        shown = joulemark(*small, *options)
        written = joulemark(*small, *options, "-o", "out.txt")
        assert written.status == OK and written.out == ""
        assert (joulemark.home / "out.txt").read_text() == shown.out


# Messages


def error(joulemark, *arguments, status=USAGE) -> str:
    outcome = joulemark("analyze", *arguments)
    assert outcome.status == status, outcome
    assert outcome.out == "" and outcome.err.count("\n") == 1, outcome
    return outcome.err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "'small.csv' is no store; a CSV file needs --value COLUMN and --group COLUMN"),
        (["--value", "value"], "needs --value COLUMN and --group COLUMN"),
        (["--value", "valeu", "--group", "group"], "'small.csv' has no column 'valeu'; did you mean 'value'?"),
        (["--value", "value", "--group", "q"], "has no column 'q'; it has: group, value, other, block"),
        (["--value", "value", "--group", "group", "--block", "blok"], "did you mean 'block'?"),
        (["--value", "value", "--group", "group", "--with", "othr"], "did you mean 'other'?"),
        (["--value", "value", "--group", "group", "--where", "othr=1"], "did you mean 'other'?"),
        (["--value", "group", "--group", "value"], "'small.csv', row 1: 'a' in column 'group' is no number"),
        (["--value", "value", "--group", "group", "--with", "group"], "'a' in column 'group' is no number"),
        (["--value", "value", "--group", "group", "--where", "block"], "--where must be COLUMN=TEXT, not 'block'"),
        (["--value", "value", "--group", "group", "--where", "block=9"], "'small.csv' has no row that --where lets pass"),
        (["--value", "value", "--group", "group", "--block", "group"], "has two values of 'a' in block 'a'"),
        (["--value", "value", "--group", "group", "--pairs", "some"], "--pairs must be auto, all or lowest, not 'some'"),
        (["--value", "value", "--group", "group", "--level", "95"], "--level must be above 0.5 and below 1"),
        (["--value", "value", "--group", "group", "--level", "nan"], "--level must be above 0.5 and below 1"),
        (["--value", "value", "--group", "group", "--resamples", "99"], "--resamples must be from 100 to 10000000, not 99"),
        (["--value", "value", "--group", "group", "--margin", "much"], "--margin must be a share such as 3% or 0.03, not 'much'"),
        (["--value", "value", "--group", "group", "--bound", "-1"], "--bound must be a number above 0, not -1"),
        (["--value", "value", "--group", "group", "--bound", "nan"], "--bound must be a number above 0, not nan"),
        (["--value", "value", "--group", "group", "--model", "m"], "'small.csv' is no store; --experiment and --model are for stores"),
        (["--value", "value", "--group", "group", "--experiment", "1"], "--experiment and --model are for stores"),
        (["--value", "value", "--group", "group", "--format", "xml"], "--format must be one of text, markdown, latex, csv, json, not 'xml'"),
        (["--value", "value", "--group", "group", "--json", "--format", "csv"], "--json and --format csv contradict each other"),
        (["--value", "value", "--group", "group", "-o", "small.csv"], "cannot write 'small.csv': it is the source"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_command_line_is_said(joulemark, small, options, words):
    assert words in error(joulemark, "small.csv", *options)


def test_files_that_cannot_be_read_are_named(joulemark):
    columns = ["--value", "value", "--group", "group"]
    assert "cannot read 'none.csv': No such file" in error(joulemark, "none.csv", *columns)
    assert "it is a folder, not a CSV file" in error(joulemark, ".", *columns)
    cases = {
        "": ("it is empty, and has no head", NOT_OK),
        "group,value\n": ("has no row below its head", USAGE),
        "group,value\na\n": ("row 1 has 1 cells, and the head has 2", NOT_OK),
        "group,group\na,1\n": ("two columns are named 'group'", NOT_OK),
        'group,value\na,"1\n': ("a quote that is not closed", NOT_OK),
    }
    for contents, (words, status) in cases.items():
        (joulemark.home / "bad.csv").write_text(contents)
        assert words in error(joulemark, "bad.csv", *columns, status=status)


def test_logarithms_need_positive_values(joulemark):
    (joulemark.home / "zero.csv").write_text("group,value\na,0\na,1\n")
    assert "--log needs positive values; 'a' has 0" in error(joulemark, "zero.csv", "--value", "value", "--group", "group", "--log")


def test_a_store_has_its_own_groups(joulemark):
    joulemark("compare", "null:a", "--engine", "null", "--threads", "1,2", *QUICK, "--store", "s.sqlite", "--quiet")
    found = joulemark("analyze", "s.sqlite", "--value", "p50_ms", "--json")
    assert found.status == OK, found.err
    (analysis,) = found.json["analyses"]
    assert (analysis["model"], analysis["value"]) == ("a", "latency_p50_ms") and [group["n"] for group in analysis["groups"]] == [2, 2]
    assert analysis["pairs"][0]["blocks"] == 2 and found.json["sentence"]
    for flag, value in (("--group", "engine"), ("--random", "engine"), ("--nested", "block")):
        assert "--nested and --costs are for CSV files" in error(joulemark, "s.sqlite", flag, value)
    assert "the experiment has no model 'null:b'" in error(joulemark, "s.sqlite", "--model", "null:b")


# Data that have no answer


def unexplained(node, path="") -> list[str]:
    if isinstance(node, list):
        return [found for i, item in enumerate(node) for found in unexplained(item, f"{path}[{i}]")]
    if not isinstance(node, dict):
        return []
    found = [f"{path}.{key}" for key, value in node.items() if value is None and not isinstance(node.get(f"{key}_reason"), str)]
    return found + [deeper for key, value in node.items() for deeper in unexplained(value, f"{path}.{key}")]


DEGENERATE = {
    "constant groups": {"a": [1] * 5, "b": [1] * 5, "c": [2] * 5},
    "one value each": {"a": [1], "b": [2]},
    "one value and many": {"a": [1], "b": [1, 2, 3]},
    "two values each": {"a": [1, 2], "b": [3, 5]},
    "a NaN": {"a": [1, "nan", 3], "b": [1, 2, 4]},
    "infinities": {"a": [1, "inf", 3], "b": [1, 2, "-inf"]},
    "only NaN": {"a": ["nan"] * 4, "b": ["nan"] * 4},
    "all ties": {"a": [1, 1, 2, 2], "b": [1, 1, 2, 2], "c": [1, 2, 1, 2]},
    "empty cells": {"a": ["", 1, 2, 3], "b": [4, "", "NA", 5], "c": ["", "", "", ""]},
    "nothing at all": {"a": ["", ""], "b": ["", ""]},
    "identical groups": {"a": [1, 2, 3, 4, 5], "b": [1, 2, 3, 4, 5]},
    "separated groups": {"a": [1, 2, 3], "b": [11, 12, 13]},
    "huge values": {"a": [1e300, 2e300, 3e300], "b": [-1e300, 1.5e308, 1.7e308]},
    "largest values": {"a": [1.7976931348623157e308, -1.7976931348623157e308, 0], "b": [1, 2, 3]},
    "tiny values": {"a": [1e-300, 2e-300, 3e-300], "b": [5e-324, 1e-310, 2e-300]},
    "huge and tiny values": {"a": [1e300, 1e-300, 1], "b": [1e-300, 2e-300, 1e300]},
    "zeros": {"a": [0] * 5, "b": [0, 0, 0, 0, 1]},
    "negative values": {"a": [-1, -2, -3], "b": [1, 2, 3]},
    "one group": {"a": [1, 2, 3, 4]},
    "one value at all": {"a": [1]},
    "nearly constant": {"a": [1, 1 + 2**-52, 1], "b": [1, 1, 1 - 2**-53]},
}


EVERYTHING = ["--block", "block", "--random", "block", "--nested", "block", "--quantiles", "0.5,0.99", "--resample-pairs", "--resamples", "200"]


@pytest.mark.parametrize("name", DEGENERATE)
def test_what_data_do_not_allow_is_null_with_a_reason(joulemark, name):
    rows = [f"{group},{value},{value},{block}" for group, values in DEGENERATE[name].items() for block, value in enumerate(values)]
    (joulemark.home / "data.csv").write_text("\n".join(["group,value,other,block", *rows]))
    command = ["analyze", "data.csv", "--value", "value", "--group", "group"]
    for options in ([], ["--block", "block"], ["--with", "other"], ["--bound", "1"], ["--pairs", "lowest"], EVERYTHING):
        outcome = joulemark(*command, *options, "--json")
        assert outcome.status == OK, outcome.err
        assert unexplained(outcome.json) == []
        for style in ("text", "markdown", "latex", "csv"):
            assert joulemark(*command, *options, "--format", style).status == OK


def test_reasons_are_the_ones_that_are_documented(joulemark):
    rows = ["a,1,1", "a,1,2", "a,1,3", "b,2,1", "b,3,2", "b,nan,3", "c,5,1"]
    (joulemark.home / "data.csv").write_text("\n".join(["group,value,block", *rows]))
    found = joulemark("analyze", "data.csv", "--value", "value", "--group", "group", "--json").json
    a, b, c = found["groups"]
    assert a["shapiro_wilk"]["w"] is None and a["shapiro_wilk_reason"] == a["shapiro_wilk"]["w_reason"] == "constant"
    assert a["mean_ci"] == [1, 1]
    assert b["mean"] is None and b["mean_reason"] == "not_finite"
    assert c["sd"] is None and c["sd_reason"] == "too_few" and c["mean"] == 5
    assert found["kruskal_wallis_reason"] == "not_finite"


def test_missing_cells_are_counted_and_said(joulemark):
    (joulemark.home / "gaps.csv").write_text("group,value\na,1\na,\na,NA\na,3\nb,2\nb,5\n")
    outcome = joulemark("analyze", "gaps.csv", "--value", "value", "--group", "group", "--json")
    assert [(group["n"], group["missing"]) for group in outcome.json["groups"]] == [(2, 2), (2, 0)]
    assert "2 values of 'value' are missing and left out" in outcome.err


def test_json_is_what_a_strict_reader_takes(joulemark):
    (joulemark.home / "names.csv").write_text('group,value\n"a ""quoted"", b",1\n"a ""quoted"", b",2\ntab\there,3\n')
    outcome = joulemark("analyze", "names.csv", "--value", "value", "--group", "group", "--json")
    assert [group["name"] for group in outcome.json["groups"]] == ['a "quoted", b', "tab\there"]
    assert json.loads(outcome.out)
