# SPDX-License-Identifier: Apache-2.0
"""What many people serve models with: FastAPI on uvicorn, with uvloop and httptools. It prints its port and answers as serving_null.cpp does,
or reads the request's JSON and answers as `joulemark serve` with the engine `null`."""

import socket
import sys

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

ANSWER = {"model_name": "null", "outputs": [{"name": "y", "datatype": "FP32", "shape": [1, 4], "data": [0.0, 0.0, 0.0, 0.0]}]}

app = FastAPI()


@app.post("/answer")
async def answer() -> JSONResponse:
    return JSONResponse(ANSWER)


@app.post("/v2/models/{model}/infer")
async def infer(model: str, request: Request) -> JSONResponse:
    asked = await request.json()
    shape = asked["inputs"][0]["shape"]
    outputs = [{"name": "y", "datatype": "FP32", "shape": shape, "data": [0.0] * len(asked["inputs"][0]["data"])}]
    return JSONResponse({"model_name": model, "outputs": outputs})


def main() -> None:
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(listening.getsockname()[1], flush=True)
    server = uvicorn.Server(uvicorn.Config(app, loop="uvloop", http="httptools", access_log=False, log_level="error"))
    server.run(sockets=[listening])


sys.exit(main())
