# SPDX-License-Identifier: Apache-2.0
"""ResNet and MobileNetV2 as torch.onnx writes torchvision's."""

import math

import numpy

from builder import Graph

RELU_GAIN = math.sqrt(2)
EPSILON = 1e-5


class Layers:
    """Convolutions with batch normalisation: folded into them as torch.onnx does, or as nodes of their own."""

    def __init__(self, graph: Graph, folded: bool) -> None:
        self.graph, self.folded = graph, folded

    def conv(self, x: str, name: str, channels: tuple[int, int], kernel: int = 1, stride: int = 1, groups: int = 1, gain: float = RELU_GAIN,
             norm: str = "") -> str:  # fmt: skip
        """Conv and BatchNormalization named `norm`; values keep their variance."""
        graph, (inner, outer) = self.graph, channels
        fan_in = inner // groups * kernel * kernel
        weight = graph.random.standard_normal((outer, inner // groups, kernel, kernel), numpy.float32) * numpy.float32(gain / math.sqrt(fan_in))
        statistics = self._statistics(outer)
        attributes = {
            "dilations": [1, 1], "group": groups, "kernel_shape": [kernel] * 2, "pads": [kernel // 2] * 4, "strides": [stride] * 2,
        }  # fmt: skip
        if not self.folded:
            y = graph.op("Conv", x, graph.init(f"{name}.weight", weight), **attributes)
            parts = [graph.init(f"{norm}.{part}", values) for part, values in statistics.items()]
            return graph.op("BatchNormalization", y, *parts, epsilon=EPSILON, momentum=0.9)
        scale = statistics["weight"] / numpy.sqrt(statistics["running_var"] + numpy.float32(EPSILON))
        bias = statistics["bias"] - statistics["running_mean"] * scale
        weights = graph.init(f"{name}.weight", weight * scale[:, None, None, None]), graph.init(f"{name}.bias", bias)
        return graph.op("Conv", x, *weights, **attributes)

    def _statistics(self, count: int) -> dict[str, numpy.ndarray]:
        """In the order of the operator's inputs; the scale undoes the variance but for a few per cent."""
        random = self.graph.random
        variance = random.uniform(0.5, 1.5, count)
        values = {
            "weight": numpy.sqrt(variance) * random.uniform(0.9, 1.1, count),
            "bias": random.normal(0, 0.05, count),
            "running_mean": random.normal(0, 0.05, count),
            "running_var": variance,
        }
        return {name: value.astype(numpy.float32) for name, value in values.items()}


def head(graph: Graph, x: str, name: str, features: int, classes: int) -> None:
    y = graph.op("Flatten", graph.op("GlobalAveragePool", x), axis=1)
    weight = graph.normal(f"{name}.weight", (classes, features), features)
    logits = graph.op("Gemm", y, weight, graph.near(f"{name}.bias", classes, 0), alpha=1.0, beta=1.0, transB=1)
    graph.output(logits, "output", ["batch", classes])


def resnet(blocks: tuple[int, ...], width: int, classes: int, size: int, seed: int, folded: bool = True) -> Graph:
    """Bottleneck ResNet: blocks=(3, 4, 6, 3), width=64 is ResNet-50."""
    graph = Graph("main_graph", seed=seed)
    layers = Layers(graph, folded)
    x = graph.input("input", ["batch", 3, size, size])
    x = graph.op("Relu", layers.conv(x, "conv1", (3, width), 7, 2, norm="bn1"))
    x = graph.op("MaxPool", x, ceil_mode=0, dilations=[1, 1], kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2])
    inner = width
    for stage, count in enumerate(blocks):
        for block in range(count):
            outer = 4 * width << stage
            stride = 2 if stage > 0 and block == 0 else 1
            x = bottleneck(layers, x, f"layer{stage + 1}.{block}", (inner, outer), stride)
            inner = outer
    head(graph, x, "fc", inner, classes)
    return graph


def bottleneck(layers: Layers, x: str, name: str, channels: tuple[int, int], stride: int) -> str:
    graph, (inner, outer) = layers.graph, channels
    middle = outer // 4
    stage, block = name.split(".")
    with graph.scope(stage), graph.scope(f"{stage}.{block}"):
        y = graph.op("Relu", layers.conv(x, f"{name}.conv1", (inner, middle), norm=f"{name}.bn1"))
        y = graph.op("Relu", layers.conv(y, f"{name}.conv2", (middle, middle), 3, stride, norm=f"{name}.bn2"))
        y = layers.conv(y, f"{name}.conv3", (middle, outer), gain=0.5, norm=f"{name}.bn3")
        if inner != outer or stride != 1:
            x = layers.conv(x, f"{name}.downsample.0", (inner, outer), 1, stride, norm=f"{name}.downsample.1")
        return graph.op("Relu", graph.op("Add", y, x))


# Expansion, channels, repeats, stride of the first: table 2 of the MobileNetV2 paper.
MOBILENET_V2 = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def mobilenet_v2(settings: tuple, stem: int, last: int, classes: int, size: int, seed: int, folded: bool = True) -> Graph:
    graph = Graph("main_graph", seed=seed)
    layers = Layers(graph, folded)
    x = graph.input("input", ["batch", 3, size, size])
    x = relu6(graph, layers.conv(x, "features.0.0", (3, stem), 3, 2, norm="features.0.1"))
    inner, index = stem, 1
    for expansion, outer, repeats, first_stride in settings:
        for repeat in range(repeats):
            x = inverted_residual(layers, x, f"features.{index}", (inner, outer), expansion, first_stride if repeat == 0 else 1)
            inner, index = outer, index + 1
    x = relu6(graph, layers.conv(x, f"features.{index}.0", (inner, last), norm=f"features.{index}.1"))
    head(graph, x, "classifier.1", last, classes)
    return graph


def inverted_residual(layers: Layers, x: str, name: str, channels: tuple[int, int], expansion: int, stride: int) -> str:
    graph, (inner, outer) = layers.graph, channels
    hidden = inner * expansion
    step = 0 if expansion == 1 else 1
    with graph.scope("features"), graph.scope(name):
        y = x
        if expansion != 1:
            y = relu6(graph, layers.conv(y, f"{name}.conv.0.0", (inner, hidden), norm=f"{name}.conv.0.1"))
        depthwise = f"{name}.conv.{step}"
        y = relu6(graph, layers.conv(y, f"{depthwise}.0", (hidden, hidden), 3, stride, hidden, norm=f"{depthwise}.1"))
        gain = 1.0 if stride == 1 and inner == outer else RELU_GAIN
        y = layers.conv(y, f"{name}.conv.{step + 1}", (hidden, outer), gain=gain, norm=f"{name}.conv.{step + 2}")
        return graph.op("Add", x, y) if stride == 1 and inner == outer else y


def relu6(graph: Graph, x: str) -> str:
    return graph.op("Clip", x, graph.const(0, "float32"), graph.const(6, "float32"))
