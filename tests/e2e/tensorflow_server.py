# SPDX-License-Identifier: Apache-2.0
"""A small server with TensorFlow Serving's REST API as its documentation has it: tensorflow_server.py --port N [--how …].

Its model NAME answers y = x W + b of an ONNX file, or VALUE for every element of x.
"""

import argparse

import numpy
from json_server import JsonHandler, serve


def tensor(dtype: str, dims: list[int]) -> dict:
    shape = {"dim": [{"size": str(size), "name": ""} for size in dims], "unknown_rank": False}
    return {"dtype": dtype, "tensor_shape": shape, "name": ""}


class Model:
    def __init__(self, options: argparse.Namespace) -> None:
        self.width, self.answer = 4, lambda x: numpy.full_like(x, options.value)
        if options.onnx:
            import onnx
            from onnx import numpy_helper

            weights, bias = (numpy_helper.to_array(one) for one in onnx.load(options.onnx).graph.initializer)
            self.width, self.answer = len(weights), lambda x: x @ weights + bias
        self.outputs = options.outputs.split(",")

    def signatures(self, name: str) -> dict:
        ports = {key: tensor("DT_FLOAT", [-1, self.width]) for key in self.outputs}
        usual = {"inputs": {"x": tensor("DT_FLOAT", [-1, self.width])}, "outputs": ports, "method_name": "tensorflow/serving/predict"}
        start = {"inputs": {}, "outputs": {"__saved_model_init_op": tensor("DT_INVALID", [])}, "method_name": ""}
        return {"__saved_model_init_op": start, name: usual}


class Handler(JsonHandler):
    options: argparse.Namespace
    model: Model
    asked_for_status = 0

    def malformed(self):
        known = self.path.startswith("/v1/")
        self.answer({"error": f"Malformed request: {self.command} {self.path}"}, 400 if known else 404)

    def do_GET(self):
        path = f"/v1/models/{self.options.name}"
        if self.path == path:
            Handler.asked_for_status += 1
            state = "LOADING" if self.asked_for_status <= self.options.loading else "AVAILABLE"
            status = {"error_code": "OK", "error_message": ""}
            self.answer({"model_version_status": [{"version": "1", "state": state, "status": status}]})
        elif self.path == f"{path}/metadata":
            signatures = {"signature_def": self.model.signatures(self.options.signature)}
            self.answer({"model_spec": {"name": self.options.name, "version": "1"}, "metadata": {"signature_def": signatures}})
        elif self.path.startswith("/v1/models/"):
            self.answer({"error": f"Could not find any versions of model {self.path[11:]}"}, 404)
        else:
            self.malformed()

    def do_POST(self):
        request = self.read_json()
        if self.path != f"/v1/models/{self.options.name}:predict":
            return self.malformed()
        if request.get("signature_name", "serving_default") != self.options.signature:
            return self.answer({"error": "Serving signature key not found."}, 400)
        if self.options.refuse:
            return self.answer({"error": "not today"}, 503)
        y = self.model.answer(numpy.array(request["inputs"]["x"], numpy.float32)).astype(numpy.float32).tolist()
        names = self.model.outputs
        return self.answer({"outputs": y if len(names) == 1 else {name: y for name in reversed(names)}})


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """Those of the command line where none are given."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--name", default="m")
    parser.add_argument("--onnx")
    parser.add_argument("--value", type=float, default=0)
    parser.add_argument("--outputs", default="y")
    parser.add_argument("--signature", default="serving_default")
    parser.add_argument("--loading", type=int, default=0, help="so many answers say that the model is loaded still")
    parser.add_argument("--refuse", action="store_true")
    return parser.parse_args(arguments)


def main():
    Handler.options = options_of()
    Handler.model = Model(Handler.options)
    serve(Handler, Handler.options.port)


if __name__ == "__main__":
    main()
