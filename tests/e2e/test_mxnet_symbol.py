# SPDX-License-Identifier: Apache-2.0
"""Models that MXNet has saved itself, symbol.json with .params: how they are named, what they answer, what is refused."""

import contextlib
import json
import pathlib
import sqlite3

import mxnet_symbol
import numpy
import pytest
from conftest import CACHE, NOT_OK, OK, QUICK, USAGE
from models import floats, save
from onnx import helper, numpy_helper

INSTALLED = sorted((CACHE / "engines/mxnet").glob("[0-9]*"))
pytestmark = pytest.mark.skipif(not INSTALLED, reason="MXNet is not in the cache; run script/bootstrap")

ALONE = ["--engine", "mxnet", *QUICK]
ROWS = ["--shape", "data=1x8"]


def random(*dims: int) -> numpy.ndarray:
    return (numpy.random.default_rng(sum(dims)).standard_normal(dims) / 4).astype(numpy.float32)


def product(folder: pathlib.Path, weights: numpy.ndarray, name: str = "net") -> pathlib.Path:
    """y = softmax(W x), with the label that a network in training has."""
    symbol = mxnet_symbol.Symbol()
    fc = symbol.layer("FullyConnected", "fc", symbol.variable("data"), ["weight"], num_hidden=weights.shape[0], no_bias=True)
    symbol.save(folder / f"{name}-symbol.json", symbol.op("SoftmaxOutput", "softmax", [fc, symbol.variable("softmax_label")]))
    mxnet_symbol.params(folder / f"{name}-0000.params", {"arg:fc_weight": weights})
    return folder


def product_as_onnx(folder: pathlib.Path, weights: numpy.ndarray) -> pathlib.Path:
    nodes = [helper.make_node("MatMul", ["data", "w"], ["p"]), helper.make_node("Softmax", ["p"], ["y"])]
    width = weights.shape[1]
    save(folder / "model.onnx", nodes, [floats("data", ["N", width])], [floats("y", ["N", weights.shape[0]])], [numpy_helper.from_array(weights.T, "w")])
    return folder


def image_network(folder: pathlib.Path) -> pathlib.Path:
    """Normalisation of the image, a convolution with its normalisation, pooling, a product."""
    symbol = mxnet_symbol.Symbol()
    statistics = ["gamma", "beta", "moving_mean", "moving_var"]
    x = symbol.layer("BatchNorm", "first", symbol.variable("data"), statistics, fix_gamma=True)
    x = symbol.layer("Convolution", "conv", x, ["weight"], kernel="(3, 3)", pad="(1, 1)", num_filter=8, no_bias=True)
    x = symbol.layer("BatchNorm", "bn", x, statistics, fix_gamma=False)
    x = symbol.op("Activation", "relu", [x], act_type="relu")
    x = symbol.op("Pooling", "pool", [x], kernel="(1, 1)", global_pool=True, pool_type="avg")
    symbol.save(folder / "net-symbol.json", symbol.layer("FullyConnected", "fc", x, ["weight", "bias"], num_hidden=5))
    arrays = {"arg:conv_weight": random(8, 3, 3, 3), "arg:fc_weight": random(5, 8), "arg:fc_bias": random(5)}
    for name, size in {"first": 3, "bn": 8}.items():
        arrays |= {f"arg:{name}_gamma": random(size), f"arg:{name}_beta": random(size)}
        arrays |= {f"aux:{name}_moving_mean": random(size), f"aux:{name}_moving_var": abs(random(size)) + 1}
    mxnet_symbol.params(folder / "net-0000.params", arrays)
    return folder


def refused(with_engines, source: pathlib.Path, *options: str, status: int = NOT_OK) -> str:
    outcome = with_engines("compare", source, *ALONE, *options)
    assert outcome.status == status, outcome.err + outcome.out
    return outcome.out + outcome.err


def test_a_symbol_answers_as_the_onnx_file_beside_it(with_engines, tmp_path):
    folder = product(product_as_onnx(tmp_path / "m", random(6, 8)), random(6, 8))
    outcome = with_engines("compare", folder, "--engine", "onnxruntime,mxnet", "--shape", "data=3x8", "--batch", "3", *QUICK)
    assert outcome.status == OK, outcome.err + outcome.out
    assert "different" not in outcome.out and "failed" not in outcome.out


def test_its_own_symbol_is_taken_of_a_folder_with_both(with_engines, tmp_path):
    folder = product(product_as_onnx(tmp_path / "m", random(6, 8)), 8 * random(6, 8))
    outcome = with_engines("compare", folder, "--engine", "onnxruntime,mxnet", *ROWS, *QUICK)
    assert "different" in outcome.out, outcome.err + outcome.out


@pytest.mark.parametrize("name", ["", "net-symbol.json"])
def test_a_symbol_runs_alone_by_its_folder_and_its_file(with_engines, tmp_path, name):
    outcome = with_engines("compare", product(tmp_path / "m", random(6, 8)) / name, *ALONE, *ROWS)
    assert outcome.status == OK, outcome.err + outcome.out


def test_parameters_without_an_epoch_are_found(with_engines, tmp_path):
    folder = product(tmp_path / "m", random(6, 8))
    (folder / "net-0000.params").rename(folder / "net.params")
    outcome = with_engines("compare", folder, *ALONE, *ROWS)
    assert outcome.status == OK, outcome.err + outcome.out


def test_images_have_an_open_batch_and_convolutions_are_fused(with_engines, tmp_path):
    options = ["--shape", "data=-1x-1x32x32", "--batch", "2,3", "--store", "s.sqlite"]
    outcome = with_engines("compare", image_network(tmp_path / "m"), *ALONE, *options)
    assert outcome.status == OK, outcome.err + outcome.out
    with contextlib.closing(sqlite3.connect(with_engines.home / "s.sqlite")) as store:
        told = json.loads(store.execute("select effective_json from trial").fetchone()[0])
    assert told["fused"] == {"Convolution+BatchNorm+Activation": 1} and told["precision"] == "f32"


def test_a_shape_that_nothing_tells_is_asked_for(with_engines, tmp_path):
    assert "give them with '--shape" in refused(with_engines, product(tmp_path / "m", random(6, 8)), status=USAGE)


def test_of_several_epochs_one_has_to_be_chosen(with_engines, tmp_path):
    folder = product(tmp_path / "m", random(6, 8))
    mxnet_symbol.params(folder / "net-0007.params", {"arg:fc_weight": random(6, 8)})
    assert "'--option mxnet.epoch=NUMBER'" in refused(with_engines, folder, *ROWS)
    outcome = with_engines("compare", folder, *ALONE, *ROWS, "--option", "mxnet.epoch=7")
    assert outcome.status == OK, outcome.err + outcome.out


def test_a_symbol_without_parameters_beside_it_is_refused(with_engines, tmp_path):
    folder = product(tmp_path / "m", random(6, 8))
    (folder / "net-0000.params").unlink()
    assert "there are no parameters beside" in refused(with_engines, folder, *ROWS)


@pytest.mark.parametrize(
    ("arrays", "why"),
    [
        ({}, "lacks 'fc_weight', which node 'fc' (FullyConnected)"),
        ({"arg:fc_weight": random(6, 8), "arg:fc2_weight": random(2, 6)}, "does not read, such as 'fc2_weight'"),
        ({"arg:fc_weight": random(6, 9)}, "has 'fc_weight' as [6,9], and 'net-symbol.json' on inputs data[1,8] needs [6,8]"),
        ({"arg:fc_weight": random(6, 8).astype(numpy.float16)}, "element type float16"),
    ],
    ids=["missing", "superfluous", "of another shape", "of another type"],
)
def test_parameters_that_do_not_fit_are_refused(with_engines, tmp_path, arrays, why):
    folder = product(tmp_path / "m", random(6, 8))
    mxnet_symbol.params(folder / "net-0000.params", arrays)
    assert why in refused(with_engines, folder, *ROWS)


@pytest.mark.parametrize(("name", "why"), [("net-0000.params", "copy the whole file"), ("net-symbol.json", "only the beginning of it")])
def test_files_that_end_too_early_are_refused(with_engines, tmp_path, name, why):
    folder = product(tmp_path / "m", random(6, 8))
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    assert why in refused(with_engines, folder, *ROWS)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ('"FullyConnected"', '"NobodyHasThis"', "node 'fc' (NobodyHasThis): Operator NobodyHasThis is not registered"),
        ('"num_hidden": "6"', '"num_hidden": "six"', "node 'fc' (FullyConnected): "),
        ('"FullyConnected"', '"_Native"', "reaches outside of the model"),
        ("[[2, 0, 0], [3, 0, 0]]", "[[2, 7, 0], [3, 0, 0]]", "it reads result 7 of 'fc', which has 1"),
        ("[[2, 0, 0], [3, 0, 0]]", "[[2, 0, 0]]", "it has 1 inputs, and the operator takes 2"),
    ],
)
def test_nodes_that_mxnet_does_not_have_are_named(with_engines, tmp_path, before, after, why):
    folder = product(tmp_path / "m", random(6, 8))
    text = (folder / "net-symbol.json").read_text()
    assert before in text
    (folder / "net-symbol.json").write_text(text.replace(before, after))
    assert why in refused(with_engines, folder, *ROWS)


def test_a_symbol_is_refused_for_other_engines(with_engines, tmp_path):
    outcome = with_engines("compare", product(tmp_path / "m", random(6, 8)), "--engine", "onnxruntime", *QUICK)
    assert outcome.status == USAGE
    assert "cannot load" in outcome.out + outcome.err


def test_a_folder_with_two_symbols_has_to_be_told_apart(with_engines, tmp_path):
    folder = product(product(tmp_path / "m", random(6, 8)), random(6, 8), "other")
    assert "one NAME-symbol.json" in refused(with_engines, folder, *ROWS, status=USAGE)
    outcome = with_engines("compare", folder / "other-symbol.json", *ALONE, *ROWS)
    assert outcome.status == OK, outcome.err + outcome.out
