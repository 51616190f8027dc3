# SPDX-License-Identifier: Apache-2.0
"""Tensors over HTTP: the public Triton client, unmodified, against `joulemark serve`, and its metrics read by Prometheus' parser."""

import contextlib
import json

import models
import numpy
import onnx
import pytest
import serving_tools  # noqa: F401  the clients below come with it
import tritonclient.http
from conftest import CACHE
from onnx import TensorProto, helper, numpy_helper
from prometheus_client.parser import text_string_to_metric_families
from serving import at_once, serving
from tritonclient.utils import InferenceServerException, np_to_triton_dtype

NULL = ("null:x", "--engine", "null", "--api", "kserve")
ONNXRUNTIME = ("--engine", "onnxruntime", "--api", "kserve")


@contextlib.contextmanager
def client_of(server):
    client = tritonclient.http.InferenceServerClient(server.url.removeprefix("http://"), network_timeout=60, connection_timeout=60)
    try:
        yield client
    finally:
        client.close()


def tensor(name: str, array: numpy.ndarray, binary: bool) -> tritonclient.http.InferInput:
    given = tritonclient.http.InferInput(name, list(array.shape), np_to_triton_dtype(array.dtype))
    given.set_data_from_numpy(array, binary_data=binary)
    return given


def output(name: str, binary: bool) -> tritonclient.http.InferRequestedOutput:
    return tritonclient.http.InferRequestedOutput(name, binary_data=binary)


def test_metadata(joulemark):
    with serving(joulemark, *NULL) as server, client_of(server) as client:
        assert client.is_server_live() and client.is_server_ready() and client.is_model_ready("x") and client.is_model_ready("x", "1")
        assert not client.is_model_ready("y") and not client.is_model_ready("x", "2")
        assert client.get_server_metadata()["name"] == "joulemark"
        metadata = client.get_model_metadata("x")
        assert metadata["versions"] == ["1"] and metadata["inputs"] == [{"name": "x", "datatype": "FP32", "shape": [-1, 4]}]
        assert client.get_model_repository_index()[0]["state"] == "READY"
        config = client.get_model_config("x", "1")
        assert config["max_batch_size"] == 1 and config["input"] == [{"name": "x", "data_type": "TYPE_FP32", "dims": [4]}]
        assert client.get_inference_statistics()["model_stats"][0]["name"] == "x"


@pytest.mark.parametrize("binary_in", [False, True])
@pytest.mark.parametrize("binary_out", [False, True])
def test_a_model_gives_what_numpy_gives(with_engines, tmp_path, binary_in, binary_out):
    model = models.linear(tmp_path / "linear.onnx", 64)
    weights = numpy_helper.to_array(onnx.load(model).graph.initializer[0])
    random = numpy.random.default_rng(7)
    with serving(with_engines, model, *ONNXRUNTIME) as server, client_of(server) as client:
        for rows in (1, 3, 500):  # a few kilobytes, and more than is read in the server's thread
            x = random.standard_normal((rows, 64)).astype(numpy.float32)
            result = client.infer("linear", [tensor("x", x, binary_in)], outputs=[output("y", binary_out)], request_id="seven")
            assert result.get_response()["id"] == "seven"
            y = result.as_numpy("y")
            assert y.shape == (rows, 64) and y.dtype == numpy.float32
            numpy.testing.assert_allclose(y, x @ weights, rtol=1e-4, atol=1e-4)


def test_both_forms_have_the_same_bits(with_engines, tmp_path):
    model = models.linear(tmp_path / "linear.onnx", 64)
    x = numpy.random.default_rng(8).standard_normal((40, 64)).astype(numpy.float32)
    with serving(with_engines, model, *ONNXRUNTIME) as server, client_of(server) as client:
        answers = [client.infer("linear", [tensor("x", x, way)], outputs=[output("y", way)]).as_numpy("y") for way in (False, True)]
    assert (answers[0].view(numpy.uint32) == answers[1].view(numpy.uint32)).all()


RESNET = CACHE / "models/onnx/light/light_resnet50"


@pytest.mark.skipif(not RESNET.exists(), reason="script/bootstrap fetches the network")
def test_a_network_gives_its_reference_outputs(with_engines):
    def load(name: str) -> numpy.ndarray:
        proto = onnx.TensorProto()
        proto.ParseFromString((RESNET / "test_data_set_0" / name).read_bytes())
        return numpy_helper.to_array(proto)

    x, expected = load("input_0.pb"), load("output_0.pb")
    with serving(with_engines, RESNET / "model.onnx", "--name", "resnet", *ONNXRUNTIME) as server, client_of(server) as client:
        given = client.get_model_metadata("resnet")["inputs"][0]["name"]
        for binary in (True, False):
            result = client.infer("resnet", [tensor(given, x, binary)])
            name = result.get_response()["outputs"][0]["name"]
            numpy.testing.assert_allclose(result.as_numpy(name), expected, rtol=1e-3, atol=1e-5)


# Every type that the protocol and ONNX share, each by its own identity.
ARRAYS = {
    "BOOL": numpy.array([[True, False]]),
    "UINT8": numpy.array([[0, 255]], numpy.uint8),
    "UINT16": numpy.array([[0, 65535]], numpy.uint16),
    "UINT32": numpy.array([[0, 2**32 - 1]], numpy.uint32),
    "UINT64": numpy.array([[0, 2**64 - 1]], numpy.uint64),
    "INT8": numpy.array([[-128, 127]], numpy.int8),
    "INT16": numpy.array([[-32768, 32767]], numpy.int16),
    "INT32": numpy.array([[-(2**31), 2**31 - 1]], numpy.int32),
    "INT64": numpy.array([[-(2**63), 2**63 - 1]], numpy.int64),
    "FP16": numpy.array([[0.5, 65504]], numpy.float16),
    "FP32": numpy.array([[0.1, -3.4e38]], numpy.float32),
    "FP64": numpy.array([[0.1, 1e300]], numpy.float64),
    "BYTES": numpy.array([["é\n", ""]], object),
}


def identities(path):
    nodes, inputs, outputs = [], [], []
    for name, array in ARRAYS.items():
        number = TensorProto.STRING if name == "BYTES" else helper.np_dtype_to_tensor_dtype(array.dtype)
        nodes.append(helper.make_node("Identity", [name], [f"{name}_out"]))
        inputs.append(helper.make_tensor_value_info(name, number, ["n", 2]))
        outputs.append(helper.make_tensor_value_info(f"{name}_out", number, ["n", 2]))
    return models.save(path, nodes, inputs, outputs)


def bytes_as_text(array: numpy.ndarray) -> numpy.ndarray:
    return numpy.array([[item.decode() if isinstance(item, bytes) else item for item in row] for row in array], object)


def test_every_type_comes_back_as_it_went(with_engines, tmp_path):
    model = identities(tmp_path / "types.onnx")
    with serving(with_engines, model, "--precision", "native", *ONNXRUNTIME) as server, client_of(server) as client:
        for binary in (False, True):
            inputs = [tensor(name, array, binary or name == "FP16") for name, array in reversed(ARRAYS.items())]  # in any order
            wanted = [output(f"{name}_out", binary or name == "FP16") for name in ARRAYS]
            result = client.infer("types", inputs, outputs=wanted)
            assert [each["name"] for each in result.get_response()["outputs"]] == [f"{name}_out" for name in ARRAYS]
            for name, array in ARRAYS.items():
                back = result.as_numpy(f"{name}_out")
                if name == "BYTES":
                    back = bytes_as_text(back)
                assert back.dtype == array.dtype and (back == array).all(), name


def test_requests_at_once_get_their_own_answers(with_engines, tmp_path):
    model = models.linear(tmp_path / "linear.onnx", 64)
    weights = numpy_helper.to_array(onnx.load(model).graph.initializer[0])
    batching = ("--max-batch", "8", "--max-queue-delay-ms", "20")

    def ask(server, seed: int) -> bool:
        x = numpy.random.default_rng(seed).standard_normal((1 + seed % 3, 64)).astype(numpy.float32)
        answer = server.infer(x.tolist()).json["outputs"][0]
        return answer["shape"] == list(x.shape) and numpy.allclose(numpy.reshape(answer["data"], x.shape), x @ weights, rtol=1e-3, atol=1e-3)

    with serving(with_engines, model, *batching, *ONNXRUNTIME, model="linear") as server:
        assert at_once(*[lambda seed=seed: ask(server, seed) for seed in range(24)]) == [True] * 24


WRONG = {
    "another type": ([tensor("x", numpy.zeros((1, 4)), True)], "input 'x' is FP64, the model wants FP32"),
    "another shape": ([tensor("x", numpy.zeros((1, 5), numpy.float32), True)], r"input 'x' has the shape \[1, 5\], the model wants \[-1, 4\]"),
    "another name": ([tensor("z", numpy.zeros((1, 4), numpy.float32), False)], "the model has no input 'z'; it has 'x'"),
    "no input": ([], "input 'x' is missing"),
}


def test_what_is_wrong_becomes_the_clients_exception(joulemark):
    with serving(joulemark, *NULL) as server, client_of(server) as client:
        for inputs, reason in WRONG.values():
            with pytest.raises(InferenceServerException, match=reason):
                client.infer("x", inputs)
        good = [tensor("x", numpy.zeros((1, 4), numpy.float32), True)]
        with pytest.raises(InferenceServerException, match="there is no model 'y' here, only 'x'"):
            client.infer("y", good)
        with pytest.raises(InferenceServerException, match="the model has no output 'q'; it has 'y'"):
            client.infer("x", good, outputs=[output("q", True)])
        with pytest.raises(InferenceServerException, match="'sequence_id' is not supported"):
            client.infer("x", good, sequence_id=5)
        with pytest.raises(InferenceServerException, match="compressed bodies are not read"):
            client.infer("x", good, request_compression_algorithm="gzip")
        assert client.infer("x", good).as_numpy("y").shape == (1, 4), "the server goes on"


def test_nan_is_told_in_binary_alone(with_engines, tmp_path):
    model = models.fixed(tmp_path / "relu.onnx", 1)
    x = numpy.full((1, 64), numpy.nan, numpy.float32)
    with serving(with_engines, model, *ONNXRUNTIME) as server, client_of(server) as client:
        with pytest.raises(InferenceServerException, match="'y' has elements that JSON has not .* ask for it in binary"):
            client.infer("relu", [tensor("x", x, True)], outputs=[output("y", False)])
        assert numpy.isnan(client.infer("relu", [tensor("x", x, True)], outputs=[output("y", True)]).as_numpy("y")).all()


def test_energy_on_request(joulemark):
    x = [tensor("x", numpy.zeros((1, 4), numpy.float32), True)]
    with serving(joulemark, *NULL, before=("--sim", "desktop-intel")) as server, client_of(server) as client:
        assert "parameters" not in client.infer("x", x).get_response()
        told = client.infer("x", x, parameters={"joulemark_energy": True}).get_response()["parameters"]
        assert told["joulemark_energy_joules"] >= 0 and told["joulemark_energy_window_s"] > 0 and told["joulemark_energy_method"]
        assert 0 <= told["joulemark_energy_share"] <= 1
        assert told["joulemark_energy_joules"] <= told["joulemark_energy_window_joules"]
        by_header = client.infer("x", x, headers={"Joulemark-Energy": "request"}).get_response()["parameters"]
        assert by_header["joulemark_energy_joules"] >= 0


def test_absent_energy_has_its_reason(joulemark):
    x = [tensor("x", numpy.zeros((1, 4), numpy.float32), True)]
    with serving(joulemark, *NULL, before=("--sim", "vm")) as server, client_of(server) as client:
        told = client.infer("x", x, parameters={"joulemark_energy": True}).get_response()["parameters"]
        assert list(told) == ["joulemark_energy_reason"] and told["joulemark_energy_reason"]


def test_statistics_and_metrics_count_the_same(joulemark):
    x = [tensor("x", numpy.zeros((2, 4), numpy.float32), True)]
    with serving(joulemark, *NULL, before=("--sim", "vm")) as server, client_of(server) as client:
        for _ in range(5):
            client.infer("x", x)
        with pytest.raises(InferenceServerException):
            client.infer("x", [])
        statistics = client.get_inference_statistics("x")["model_stats"][0]
        answer = server.ask("GET", "/metrics")
    assert statistics["inference_stats"]["success"]["count"] == 5 and statistics["inference_stats"]["fail"]["count"] == 1
    assert statistics["inference_count"] == 10, "rows"
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(answer.body.decode())}
    by_status = {sample.labels["status"]: sample.value for sample in families["joulemark_requests"].samples}
    assert by_status == {"200": 5, "400": 1}
    assert families["joulemark_request_duration_seconds"].type == "histogram"
    counts = {sample.name: sample.value for sample in families["joulemark_request_queue_seconds"].samples}
    assert counts["joulemark_request_queue_seconds_count"] == 5
    assert "joulemark_energy_joules" not in families, "absent, where nothing is measured"
    assert families["joulemark_energy_info"].samples[0].labels["measured"] == "false"
    assert families["process_resident_memory_bytes"].samples[0].value > 1e6


def test_a_body_that_is_no_json_is_told_so(joulemark):
    with serving(joulemark, *NULL) as server:
        for body, headers in ((None, {}), ("x", {}), ({"inputs": 1}, {}), ({"inputs": []}, {"Inference-Header-Content-Length": "99"})):
            answer = server.ask("POST", "/v2/models/x/infer", body, headers)
            assert answer.status == 400 and json.loads(answer.body)["error"], answer
        assert server.ask("GET", "/v2/models/x/infer").status == 405
        assert server.ask("GET", "/v2/nothing").status == 404
