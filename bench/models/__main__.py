# SPDX-License-Identifier: Apache-2.0
"""Writes ONNX models with seeded weights, each as OUT/NAME/model.onnx with an input and ONNX Runtime's answer beside it.

full: ResNet-50, MobileNetV2 and BERT-base in their real sizes, as the benchmarks read them. tiny: the same and more networks
in miniature, in the dialects of their exporters, as `joulemark check` reads them.
"""

import argparse
import pathlib

import catalog
from reference import Reference, write_case


def write(entry: catalog.Entry, out: pathlib.Path, reference: Reference) -> None:
    graph = entry.make()
    count = graph.parameters()
    if entry.parameters and count != entry.parameters:
        raise SystemExit(f"{entry.name}: {count} parameters, expected {entry.parameters}")
    folder = out / entry.name
    graph.save(folder / "model.onnx", external=entry.external)
    feeds = entry.feeds(graph)
    write_case(folder, feeds, reference.run(folder / "model.onnx", feeds))
    print(f"{folder}: {count / 1e6:.2f} M parameters")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/models", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", choices=catalog.SETS)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("names", nargs="*", help="these alone")
    arguments = parser.parse_args()
    entries = {entry.name: entry for entry in catalog.SETS[arguments.set]()}
    if unknown := set(arguments.names) - set(entries):
        parser.error(f"no model {', '.join(sorted(unknown))} in '{arguments.set}'; there are {', '.join(entries)}")
    reference = Reference()
    for name in arguments.names or entries:
        write(entries[name], arguments.out, reference)


main()
