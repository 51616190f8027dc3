# SPDX-License-Identifier: Apache-2.0
"""`joulemark load` and TensorFlow Serving's REST API."""

import contextlib
import threading
from http.server import ThreadingHTTPServer

import pytest
from conftest import NOT_OK, OK, USAGE
from tensorflow_server import Handler, Model, options_of


@contextlib.contextmanager
def serving(*how: object):
    """Its address, and the requests that come."""

    class Recording(Handler):
        options = options_of([str(word) for word in how])
        model = Model(options)
        bodies: list[dict] = []

        def read_json(self):
            self.bodies.append(super().read_json())
            return self.bodies[-1]

    server = ThreadingHTTPServer(("127.0.0.1", 0), Recording)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", Recording.bodies
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("path", "flags"), [("", ("--model", "m")), ("/v1/models/m:predict", ())], ids=["by name", "by path"])
def test_inputs_of_the_models_signature_are_asked(joulemark, path, flags):
    with serving() as (url, bodies):
        done = joulemark("load", url + path, "--requests", 16, "--batch", 3, "--json", *flags)
    assert done.status == OK, done.err
    assert (done.json["api"], done.json["model"], done.json["good"]) == ("tensorflow", "m", 16)
    assert done.json["energy"]["joules_per_request"] is None and done.json["energy"]["reason"]
    inputs = [body["inputs"]["x"] for body in bodies]
    assert {(len(x), len(x[0])) for x in inputs} == {(3, 4)}
    assert len({str(x) for x in inputs}) == 8


def test_a_signature_is_named_or_the_only_one(joulemark):
    with serving("--signature", "mine") as (url, bodies):
        for flags in ((), ("--signature", "mine")):
            assert joulemark("load", url, "--api", "tensorflow", "--model", "m", "--requests", 2, *flags).status == OK
    assert {body["signature_name"] for body in bodies} == {"mine"}


@pytest.mark.parametrize(
    ("how", "flags", "status", "words"),
    [
        ((), (), USAGE, "name one with --model"),
        ((), ("--model", "other"), NOT_OK, "does not tell of the model 'other': status 404"),
        ((), ("--model", "m", "--signature", "yours"), USAGE, "no signature 'yours', but serving_default"),
        ((), ("--model", "m", "--binary"), USAGE, "--binary means nothing with --api tensorflow"),
        ((), ("--model", "m", "--energy"), USAGE, "--energy means nothing with --api tensorflow"),
        (("--refuse",), ("--model", "m"), NOT_OK, "not today"),
    ],
)
def test_what_cannot_be_asked_is_said(joulemark, how, flags, status, words):
    with serving(*how) as (url, _):
        done = joulemark("load", url, "--api", "tensorflow", "--requests", 2, *flags)
    assert done.status == status and words in done.out + done.err
