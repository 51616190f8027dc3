# SPDX-License-Identifier: Apache-2.0
"""A public load tester, unmodified, against `joulemark serve`: every request is answered, and both count the same."""

import json
import subprocess

import pytest
from conftest import OK
from decoder_cases import small_gpt2
from serving import serving

CONNECTIONS = 16
TENSORS = {"inputs": [{"name": "x", "datatype": "FP32", "shape": [1, 4], "data": [0.1, 0.2, 0.3, 0.4]}]}
TEXT = {"model": "gpt2", "prompt": "Once upon", "max_tokens": 8, "temperature": 0, "ignore_eos": True}

# Each of wrk's threads has its own `hits`: answers that came whole.
SCRIPT = """
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[{body}]]
local threads = {{}}
setup = function(thread) table.insert(threads, thread) end
init = function(args) hits = 0 end
response = function(status, headers, body)
  if status == 200 and body:find({sign}, 1, true) then hits = hits + 1 end
end
done = function(summary, latency, requests)
  local e, whole = summary.errors, 0
  for _, thread in ipairs(threads) do whole = whole + thread:get("hits") end
  io.write(string.format('{{"requests": %d, "whole": %d, "errors": %d}}\\n', summary.requests, whole,
    e.connect + e.read + e.write + e.status + e.timeout))
end
"""


def load(folder, url: str, body: dict, sign: str) -> dict:
    """What wrk saw in two seconds: answers, those with `sign` in their body, and errors."""
    script = folder / "post.lua"
    script.write_text(SCRIPT.format(body=json.dumps(body), sign=json.dumps(sign)))
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", "-d2s", "--timeout", "60s", "-s", script, url]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[-1])


def check(seen: dict, server) -> None:
    assert seen["errors"] == 0 and seen["whole"] == seen["requests"] > 0
    # What wrk did not wait for at its end is the server's alone.
    assert seen["requests"] <= server.metric("joulemark_requests_total") <= seen["requests"] + CONNECTIONS
    assert server.stop() == OK, "".join(server.errors)


@pytest.mark.parametrize("batch", [1, 8])
def test_tensors(joulemark, tmp_path, batch):
    with serving(joulemark, "null:x", "--engine", "null", "--max-batch", batch) as server:
        check(load(tmp_path, server.url + "/v2/models/x/infer", TENSORS, '"outputs"'), server)


@pytest.mark.parametrize(("stream", "sign"), [(False, '"finish_reason"'), (True, "data: [DONE]")])
def test_texts(with_engines, tmp_path, stream, sign):
    with serving(with_engines, small_gpt2(tmp_path / "gpt2"), "--engine", "onnxruntime", "--max-batch", "8") as server:
        check(load(tmp_path, server.url + "/v1/completions", TEXT | {"stream": stream}, sign), server)
