# SPDX-License-Identifier: Apache-2.0
"""The models by name, and what they are fed."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy
from onnx import TensorProto

import control_flow
import fused
import tensorflow
from bert import Bert, bert
from builder import Graph
from decoder import Decoder, gpt2, llama
from vision import MOBILENET_V2, mobilenet_v2, resnet

Feeds = dict[str, numpy.ndarray]


@dataclass
class Entry:
    name: str
    make: Callable[[], Graph]
    sizes: dict[str, int] = field(default_factory=lambda: {"batch": 1})  # of the symbolic dimensions
    limits: dict[str, int] = field(default_factory=dict)  # integers of an input are below it; 2 where nothing is said
    given: Feeds = field(default_factory=dict)  # inputs that are not drawn
    parameters: int = 0  # as the literature counts them
    external: bool = False
    batches: tuple[int, ...] = ()  # a data set each, in place of one with the batch of `sizes`

    def feeds(self, graph: Graph) -> list[Feeds]:
        """Of each data set."""
        return [self._feeds(graph, self.sizes | {"batch": batch}) for batch in self.batches] or [self._feeds(graph, self.sizes)]

    def _feeds(self, graph: Graph, sizes: dict[str, int]) -> Feeds:
        random = numpy.random.default_rng(5)
        return {port.name: self._draw(port, sizes, random) for port in graph.inputs}

    def _draw(self, port, sizes: dict[str, int], random: numpy.random.Generator) -> numpy.ndarray:
        if port.name in self.given:
            return self.given[port.name]
        tensor = port.type.tensor_type
        dims = [sizes[dim.dim_param] if dim.dim_param else dim.dim_value for dim in tensor.shape.dim]
        if tensor.elem_type == TensorProto.FLOAT:
            return random.standard_normal(dims, numpy.float32)
        return random.integers(0, self.limits.get(port.name, 2), dims)


def text(mask: numpy.ndarray) -> Feeds:
    return {"attention_mask": mask.astype(numpy.int64)}


# Parameters as the literature counts them, and those of the batch normalisations: a scale and a bias each, gone or merged
# where they are folded; the file of an unfolded network holds the running statistics too.
RESNET50, RESNET50_CHANNELS = 25_557_032, 26_560
MOBILENETV2, MOBILENETV2_CHANNELS = 3_504_872, 17_056
BERT_BASE = 109_482_240


def full_resnet(folded: bool) -> Graph:
    return resnet((3, 4, 6, 3), 64, 1000, 224, 1, folded)


def full_mobilenet(folded: bool) -> Graph:
    return mobilenet_v2(MOBILENET_V2, 32, 1280, 1000, 224, 2, folded)


def full() -> list[Entry]:
    """With a data set of batch 1 and one of batch 8; half of what BERT reads is masked, at random."""
    batches = (1, 8)
    sentence, limits = {"batch": 1, "sequence": 128}, {"input_ids": 30522}
    return [
        Entry("resnet50", lambda: full_resnet(True), parameters=RESNET50 - RESNET50_CHANNELS, batches=batches),
        Entry("resnet50-bn", lambda: full_resnet(False), parameters=RESNET50 + 2 * RESNET50_CHANNELS, batches=batches),
        Entry("mobilenetv2", lambda: full_mobilenet(True), parameters=MOBILENETV2 - MOBILENETV2_CHANNELS, batches=batches),
        Entry("mobilenetv2-bn", lambda: full_mobilenet(False), parameters=MOBILENETV2 + 2 * MOBILENETV2_CHANNELS, batches=batches),
        Entry("bert-base", lambda: bert(Bert()), sentence, limits, parameters=BERT_BASE, external=True, batches=batches),
    ]


def small_bert(**changes: object) -> Graph:
    return bert(Bert(layers=2, hidden=32, heads=4, inner=64, vocabulary=60, positions=24, **changes))


def berts() -> list[Entry]:
    mask = text(numpy.arange(7) < [[7], [4]])  # the second row is padded
    dialects = {
        "bert-opset13": {"opset": 13, "norm": "primitive"},
        "bert-opset17": {},
        "bert-sdpa": {"attention": "sdpa", "gelu": "tanh"},
        "bert-opset18-primitive": {"opset": 18, "norm": "primitive", "attention": "sdpa"},
        "bert-opset20-gelu": {"opset": 20, "gelu": "op"},
        "bert-opset23-attention": {"opset": 23, "gelu": "op", "attention": "op"},
    }
    sizes = {"batch": 2, "sequence": 7}
    return [Entry(name, lambda changes=changes: small_bert(**changes), sizes, {"input_ids": 60}, mask) for name, changes in dialects.items()]


def decoders() -> list[Entry]:
    """A prompt and a step after it, of each."""
    makers = {
        "gpt2": lambda: gpt2(Decoder()),
        "llama": lambda: llama(Decoder()),
        "llama-opset23": lambda: fused.llama_standard(Decoder()),
        "llama-grouped": lambda: fused.llama_grouped(Decoder(hidden=64)),
        "llama-4bit": lambda: fused.llama_grouped(Decoder(hidden=64), bits=4),
    }
    entries = []
    for name, make in makers.items():
        for stage, length, past in (("prefill", 5, 0), ("step", 1, 6)):
            sizes = {"batch": 2, "sequence": length, "past": past}
            places = numpy.tile(numpy.arange(past, past + length), (2, 1))
            mask = numpy.ones((2, past + length))
            if name in ("gpt2", "llama"):
                mask[1, :2] = 0  # padded on the left
            entries.append(Entry(f"{name}-{stage}", make, sizes, {"input_ids": 50}, {"position_ids": places, **text(mask)}))
    return entries


def other_dialects() -> list[Entry]:
    networks = [Entry(f"tf2onnx-opset{opset}", lambda opset=opset: tensorflow.network(opset), {"batch": 2}) for opset in (9, 11, 13, 15)]
    steps = {"batch": 2, "steps": 4}
    recurrent = [
        Entry(f"tf2onnx-{kind.lower()}-opset{opset}", lambda kind=kind, opset=opset: tensorflow.recurrent(kind, opset), steps)
        for kind, opset in (("LSTM", 9), ("LSTM", 15), ("GRU", 13))
    ]
    mask = text(numpy.arange(5) < [[5], [3]])
    return [
        *networks,
        *recurrent,
        Entry("encoder-fused", lambda: fused.encoder(Decoder()), {"batch": 2, "sequence": 5}, {"input_ids": 50}, mask),
    ]


def control_flows() -> list[Entry]:
    def limit(count: int) -> Feeds:
        return {"limit": numpy.array(count)}

    return [
        *(Entry(f"if-{name}", control_flow.branches, {"rows": rows}) for name, rows in (("long", 5), ("odd", 3), ("even", 2))),
        Entry("loop-to-condition", control_flow.loop, {"batch": 2}, given=limit(50)),
        Entry("loop-to-limit", control_flow.loop, {"batch": 2}, given=limit(2)),
        Entry("loop-greedy", control_flow.greedy, {"batch": 2}, {"first": 20}),
        Entry("loop-nested", control_flow.nested, {"n": 3}),
        Entry("functions", control_flow.functions, {"batch": 2}),
        Entry("scan", control_flow.scan, {"steps": 4, "batch": 2}),
    ]


def tiny() -> list[Entry]:
    few = ((1, 8, 1, 1), (6, 12, 2, 2), (6, 16, 2, 2))
    images = {"batch": 2}
    return [
        Entry("resnet", lambda: resnet((1, 2, 1, 1), 4, 10, 32, 1), images),
        Entry("resnet-bn", lambda: resnet((1, 2, 1, 1), 4, 10, 32, 1, folded=False), images),
        Entry("mobilenetv2", lambda: mobilenet_v2(few, 8, 32, 10, 32, 2), images),
        Entry("mobilenetv2-bn", lambda: mobilenet_v2(few, 8, 32, 10, 32, 2, folded=False), images),
        *berts(),
        *decoders(),
        *other_dialects(),
        *control_flows(),
    ]


SETS = {"full": full, "tiny": tiny}
