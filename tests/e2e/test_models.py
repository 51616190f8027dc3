# SPDX-License-Identifier: Apache-2.0
"""Models and inputs on the real engines: what does not fit is said, with its name, and never crashes."""

import json
import pathlib
import resource

import numpy
import onnx.backend.test
import pytest
from conftest import CACHE, NOT_OK, OK, QUICK, USAGE, contents_of
from models import data_set, embedding, expanding, fixed, linear, with_external_data, with_unknown_operator

ENGINES = ["onnxruntime", "openvino"]


@pytest.fixture(params=ENGINES)
def engine(request):
    if not list((CACHE / "engines" / request.param).glob("[0-9]*")):
        pytest.skip(f"{request.param} is not in the cache; run script/bootstrap")
    return request.param


def compare(joulemark, model, engine, *flags):
    return joulemark("compare", model, "--engine", engine, *QUICK, *flags, "--json")


def refused(outcome, *words) -> None:
    assert outcome.status != OK, outcome
    said = outcome.err + outcome.out
    assert outcome.status < 4, outcome
    assert "crashed" not in said and "SIG" not in said, said
    assert [word for word in words if word not in said] == [], said


def test_a_model_is_measured(with_engines, tmp_path, engine):
    outcome = compare(with_engines, linear(tmp_path / "linear.onnx"), engine)
    assert outcome.status == OK, outcome.err
    assert outcome.json["rows"][0]["metrics"]["latency_p50_ms"]["value"] > 0


def test_external_data_is_read(with_engines, tmp_path, engine):
    outcome = compare(with_engines, with_external_data(tmp_path / "linear.onnx"), engine)
    assert outcome.status == OK, outcome.err


def test_missing_external_data_is_named(with_engines, tmp_path, engine):
    model = with_external_data(tmp_path / "linear.onnx")
    (tmp_path / "linear.onnx.data").unlink()
    refused(compare(with_engines, model, engine), "linear.onnx.data")


def test_external_data_may_not_leave_the_models_folder(with_engines, tmp_path, engine):
    model = with_external_data(tmp_path / "sub/linear.onnx")
    secret = tmp_path / "sec.onnx.data"  # as long as the name it takes the place of, less the way out of the folder
    (tmp_path / "sub/linear.onnx.data").rename(secret)
    model.write_bytes(model.read_bytes().replace(b"linear.onnx.data", b"../sec.onnx.data"))
    refused(compare(with_engines, model, engine), "../sec.onnx.data")


def as_in_a_cache_of_links(folder: pathlib.Path) -> pathlib.Path:
    """A model and its data as links into a folder of blobs, as the Hugging Face cache keeps them."""
    with_external_data(folder / "snapshot/model.onnx")
    (folder / "blobs").mkdir()
    for name, blob in (("model.onnx", "1"), ("model.onnx.data", "2")):
        (folder / "snapshot" / name).rename(folder / "blobs" / blob)
        (folder / "snapshot" / name).symlink_to(f"../blobs/{blob}")
    return folder / "snapshot/model.onnx"


def test_external_data_behind_links_are_read_or_the_remedy_is_said(with_engines, tmp_path, engine):
    outcome = compare(with_engines, as_in_a_cache_of_links(tmp_path), engine)
    if engine == "onnxruntime":
        assert outcome.status == OK, outcome.err
    else:
        refused(outcome, "cp -L", "unsupported")


def test_too_little_address_space_is_out_of_memory(with_engines, tmp_path):
    limit = 100_000 << 10
    outcome = with_engines("compare", linear(tmp_path / "m.onnx"), "--engine", "openvino", *QUICK, "--json",
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))  # fmt: skip
    refused(outcome, "out_of_memory", "ulimit -v")


def test_an_output_beyond_the_memory_limit_is_out_of_memory(with_engines, tmp_path, engine):
    limit = 8 << 30
    outcome = with_engines("compare", expanding(tmp_path / "m.onnx", 13_000_000_000), "--engine", engine, *QUICK, "--json",
                           preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))  # fmt: skip
    refused(outcome, "out_of_memory")


@pytest.mark.parametrize("share", [0, 0.01, 0.5, 0.99])
def test_a_truncated_model_is_refused(with_engines, tmp_path, engine, share):
    whole = linear(tmp_path / "whole.onnx").read_bytes()
    (tmp_path / "cut.onnx").write_bytes(whole[: int(len(whole) * share)])
    refused(compare(with_engines, tmp_path / "cut.onnx", engine), "cut.onnx")


@pytest.mark.parametrize("content", [b"PK\x03\x04 a zip file", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, b"{}", b"\xff" * 4096])
def test_a_file_that_is_no_model_is_refused(with_engines, tmp_path, engine, content):
    (tmp_path / "other.onnx").write_bytes(content)
    refused(compare(with_engines, tmp_path / "other.onnx", engine), "other.onnx")


def test_a_missing_model_is_named(with_engines, tmp_path, engine):
    refused(compare(with_engines, tmp_path / "nowhere.onnx", engine), "nowhere.onnx")


def test_a_folder_is_no_model(with_engines, tmp_path, engine):
    refused(compare(with_engines, tmp_path, engine), str(tmp_path))


def test_an_operator_that_the_engine_lacks_is_unsupported_by_name(with_engines, tmp_path, engine):
    outcome = compare(with_engines, with_unknown_operator(tmp_path / "m.onnx"), engine)
    refused(outcome, "NobodyHasThis")


@pytest.mark.parametrize("shape", ["x=2x65", "x=2", "nope=2x64"])
def test_a_shape_that_does_not_fit_is_refused(with_engines, tmp_path, engine, shape):
    refused(compare(with_engines, linear(tmp_path / "m.onnx"), engine, "--shape", shape), shape.split("=")[0])


def test_a_shape_that_fits_is_used(with_engines, tmp_path, engine):
    outcome = compare(with_engines, linear(tmp_path / "m.onnx"), engine, "--shape", "x=-1x64", "--batch", "1,4")
    assert outcome.status == OK, outcome.err
    assert sorted(row["configuration"]["batch"] for row in outcome.json["rows"]) == [1, 4]


def test_inputs_come_from_npz_npy_or_a_test_data_set(with_engines, tmp_path, engine):
    model = linear(tmp_path / "m.onnx")
    x = numpy.ones((2, 64), numpy.float32)
    numpy.savez(tmp_path / "x.npz", x=x)
    numpy.savez_compressed(tmp_path / "compressed.npz", x=x)
    numpy.save(tmp_path / "x.npy", x)
    data_set(tmp_path, x, x)
    (tmp_path / "test_data_set_0/output_0.pb").unlink()
    for source in ("x.npz", "compressed.npz", "x.npy", "test_data_set_0"):
        outcome = compare(with_engines, model, engine, "--inputs", tmp_path / source, "--batch", "2")
        assert outcome.status == OK, (source, outcome)


@pytest.mark.parametrize(
    "array", [numpy.ones((2, 65), numpy.float32), numpy.ones((2, 64), numpy.float64), numpy.ones((2, 64, 1), numpy.float32)]
)
def test_inputs_that_do_not_fit_are_refused(with_engines, tmp_path, engine, array):
    numpy.savez(tmp_path / "x.npz", x=array)
    refused(compare(with_engines, linear(tmp_path / "m.onnx"), engine, "--inputs", tmp_path / "x.npz"), "x")


@pytest.mark.parametrize("content", [b"", b"PK\x05\x06" + bytes(18), b"PK\x03\x04" + b"\xff" * 100, b"\x93NUMPY\x01\x00\xff\xff"])
def test_broken_input_files_are_refused(with_engines, tmp_path, engine, content):
    for name in ("x.npz", "x.npy"):
        (tmp_path / name).write_bytes(content)
        refused(compare(with_engines, linear(tmp_path / "m.onnx"), engine, "--inputs", tmp_path / name), name)


def refused_before_the_first_trial(outcome, *words) -> None:
    assert outcome.status == USAGE, outcome
    assert outcome.out == "" and outcome.err.count("\n") == 1, outcome
    assert [word for word in words if word not in outcome.err] == [], outcome.err


@pytest.mark.parametrize(
    "array, word",
    [
        (numpy.ones((2, 64), numpy.float64), "float64"),
        (numpy.ones((64, 2), numpy.float32), "[64, 2]"),
        (numpy.array(["a", "b"]), "string"),
        (numpy.zeros(2, [("a", "f4"), ("b", "f4")]), "('b', '<f4')]"),
    ],
)
def test_inputs_of_another_kind_are_refused_before_the_first_trial(with_engines, tmp_path, engine, array, word):
    numpy.save(tmp_path / "x.npy", array)
    refused_before_the_first_trial(compare(with_engines, linear(tmp_path / "m.onnx"), engine, "--inputs", tmp_path / "x.npy"), word)


def test_arrays_must_be_the_models_inputs(with_engines, tmp_path, engine):
    model, x = linear(tmp_path / "m.onnx"), numpy.ones((1, 64), numpy.float32)
    for arrays in ({"q": x}, {"x": x, "q": x}):
        numpy.savez(tmp_path / "x.npz", **arrays)
        refused_before_the_first_trial(compare(with_engines, model, engine, "--inputs", tmp_path / "x.npz"), "'q'", "the model wants 'x'")
    numpy.savez(tmp_path / "x.npz", x)
    assert compare(with_engines, model, engine, "--inputs", tmp_path / "x.npz").status == OK


@pytest.mark.parametrize("source", ["/dev/zero", ".", "cut.npy", "zero.npy", "nothing.npz"])
def test_what_holds_no_inputs_is_refused_before_the_first_trial(with_engines, tmp_path, engine, source):
    numpy.save(with_engines.home / "cut.npy", numpy.ones((1, 64), numpy.float32))
    (with_engines.home / "cut.npy").write_bytes((with_engines.home / "cut.npy").read_bytes()[:-5])
    (with_engines.home / "zero.npy").symlink_to("/dev/zero")
    refused_before_the_first_trial(compare(with_engines, linear(tmp_path / "m.onnx"), engine, "--inputs", source), source)


@pytest.mark.parametrize("flags", [["--shape", "x=2x64"], ["--batch", "6"], ["--batch", "2,4"]])
def test_given_inputs_are_taken_as_they_are(with_engines, tmp_path, engine, flags):
    numpy.save(tmp_path / "x.npy", numpy.ones((2, 64), numpy.float32))
    outcome = compare(with_engines, linear(tmp_path / "m.onnx"), engine, "--inputs", tmp_path / "x.npy", *flags)
    refused_before_the_first_trial(outcome, flags[0] if flags[0] == "--shape" else "use batch 2")


def test_a_batch_that_the_inputs_settle_is_taken(with_engines, tmp_path, engine):
    numpy.save(tmp_path / "x.npy", numpy.ones((2, 64), numpy.float32))
    for flags in (["--inputs", tmp_path / "x.npy"], ["--shape", "x=2x64"]):
        outcome = compare(with_engines, linear(tmp_path / "m.onnx"), engine, *flags)
        assert outcome.status == OK
        assert [row["configuration"]["batch"] for row in outcome.json["rows"]] == [2]
        assert "its inputs are of batch 2, which is taken" in outcome.err


def test_a_batch_that_changes_nothing_is_refused(with_engines, tmp_path, engine):
    model = fixed(tmp_path / "m.onnx", rows=8)
    refused_before_the_first_trial(compare(with_engines, model, engine, "--batch", "1,8"), "batches 1 and 8")
    refused_before_the_first_trial(compare(with_engines, model, engine, "--batch", "4"), "use batch 8")
    assert compare(with_engines, model, engine, "--batch", "8").status == OK


def test_batch_1_of_a_model_with_fixed_rows_says_what_an_inference_is(with_engines, tmp_path, engine):
    outcome = compare(with_engines, fixed(tmp_path / "m.onnx", rows=8), engine)
    assert outcome.status == OK
    assert "the first dimension of its inputs is 8" in outcome.err
    assert "rows_per_call" in {caveat["code"] for caveat in outcome.json["caveats"]}
    assert "first dimension" not in compare(with_engines, linear(tmp_path / "l.onnx"), engine).err


def test_a_shape_may_not_hide_a_batch(with_engines, tmp_path, engine):
    model = linear(tmp_path / "m.onnx")
    refused_before_the_first_trial(compare(with_engines, model, engine, "--shape", "x=8x64", "--batch", "2"), "use batch 8")
    assert compare(with_engines, model, engine, "--shape", "x=8x64", "--batch", "8").status == OK


def test_an_input_beyond_all_memory_is_refused_before_the_first_trial(with_engines, tmp_path, engine):
    outcome = compare(with_engines, linear(tmp_path / "m.onnx"), engine, "--shape", "x=1000000000x64")
    refused_before_the_first_trial(outcome, "16 GiB")


@pytest.mark.parametrize("rows", [1, 5, 100])
@pytest.mark.parametrize("name", ["input_ids", "position_ids", "x"])
def test_generated_integers_stay_within_the_tables_they_index(with_engines, tmp_path, engine, name, rows):
    outcome = compare(with_engines, embedding(tmp_path / "m.onnx", name, rows), engine)
    assert outcome.status == OK, outcome


def test_engines_agree_and_the_verdict_ranks_them(with_engines, tmp_path):
    outcome = with_engines("compare", linear(tmp_path / "m.onnx", 256), "--engine", "onnxruntime,openvino", "--threads", "1,2",
                           "--repetitions", "3", "--duration", "0.1", "--warmup-max", "0.5", "--json")  # fmt: skip
    assert outcome.status == OK, outcome.err
    report = outcome.json
    assert len(report["rows"]) == 4 and all(row["standing"] != "unranked" for row in report["rows"])
    assert report["verdict"]["models"][0]["outcome"] in ("better", "tie", "unresolved")
    assert report["verdict"]["sentence"]


@pytest.mark.parametrize("static_shapes", [0, 1])
def test_compiling_is_a_phase_apart_from_reading_where_an_engine_tells_the_two_apart(with_engines, tmp_path, static_shapes):
    outcome = with_engines("compare", linear(tmp_path / "m.onnx", 256), "--engine", "onnxruntime,openvino", "--option",
                           f"openvino.static_shapes={static_shapes}", *QUICK, "--store", "s.sqlite", "--json")  # fmt: skip
    assert outcome.status == OK, outcome.err
    ort, openvino = (row["metrics"] for row in sorted(outcome.json["rows"], key=lambda row: row["configuration"]["engine"]))
    assert ort["build_s"]["value"] is None and ort["build_s"]["value_reason"] == "no_build_phase" and ort["load_s"]["value"] > 0
    assert openvino["build_s"]["value"] > 0 and openvino["load_s"]["value"] > 0
    with contents_of(with_engines.home / "s.sqlite") as store:
        phases = "select p.phase, p.t0_ns, p.t1_ns from trial_phase p join trial t on t.id = p.trial where t.engine = 'openvino' order by p.trial, p.ordinal"
        names, begins, ends = zip(*store.execute(phases), strict=True)
        effective = [json.loads(text) for (text,) in store.execute("select effective_json from trial where engine = 'openvino'")]
    assert names[:3] == ("load", "build", "warmup") and ends[0] <= begins[1] < ends[1] <= begins[2]
    assert effective and all("build_s" not in told and told["static_shapes"] == bool(static_shapes) for told in effective)


def test_engines_that_disagree_are_not_ranked_together(with_engines, tmp_path):
    """OpenVINO's answer to this model is wrong (docs/conformance.md), ONNX Runtime's is the reference."""
    model = pathlib.Path(onnx.backend.test.__file__).parent / "data/light/light_squeezenet.onnx"
    image = numpy.arange(3 * 224 * 224, dtype=numpy.float32).reshape(1, 3, 224, 224) / (3 * 224 * 224)
    numpy.savez(tmp_path / "x.npz", data_0=image)
    outcome = with_engines("compare", model, "--engine", "onnxruntime,openvino", "--inputs", tmp_path / "x.npz", *QUICK, "--json")
    assert outcome.status == NOT_OK, outcome
    first, second = sorted(outcome.json["rows"], key=lambda row: row["configuration"]["engine"])
    assert first["standing"] != "unranked", first
    assert second["standing"] == "unranked" and "differ" in second["reason"], second


def test_the_reference_answer_of_a_model_gates_its_configurations(with_engines, tmp_path, engine):
    """A test_data_set beside the model whose expected output is wrong: measured, listed, never ranked."""
    model = linear(tmp_path / "m/model.onnx")
    x = numpy.ones((1, 64), numpy.float32)
    data_set(tmp_path / "m", x, x + 1000)
    outcome = compare(with_engines, model, engine, "--inputs", tmp_path / "m/test_data_set_0")
    assert outcome.json["rows"][0]["standing"] == "unranked", outcome.json["rows"][0]
    assert outcome.status == NOT_OK
