# SPDX-License-Identifier: Apache-2.0
"""Writes ONNX models with seeded weights, each as OUT/NAME/model.onnx with an input and ONNX Runtime's answer beside it.

full: ResNet-50, MobileNetV2 and BERT-base in their real sizes, as the benchmarks read them. tiny: the same and more networks
in miniature, in the dialects of their exporters, as `joulemark check` reads them. random: one graph a seed (0-99), of any
operators, as script/random-graphs checks them.
"""

import argparse
import pathlib

import catalog
from random_graphs import generate
from reference import Reference, write_case


def write(entry: catalog.Entry, out: pathlib.Path, reference: Reference) -> None:
    graph = entry.make()
    count = graph.parameters()
    if entry.parameters and count != entry.parameters:
        raise SystemExit(f"{entry.name}: {count} parameters, expected {entry.parameters}")
    folder = out / entry.name
    graph.save(folder / "model.onnx", external=entry.external)
    for number, feeds in enumerate(entry.feeds(graph)):
        write_case(folder, feeds, reference.run(folder / "model.onnx", feeds), number)
    print(f"{folder}: {count / 1e6:.2f} M parameters")


def write_random(seeds: list[str], out: pathlib.Path, reference: Reference) -> None:
    for text in seeds:
        first, _, last = text.partition("-")
        for seed in range(int(first), int(last or first) + 1):
            generate.write(reference, seed, out)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench/models", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", choices=[*catalog.SETS, "random"])
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME", help="these models alone; of random: seeds, as in 0-99")
    arguments = parser.parse_args()
    if arguments.set == "random":
        write_random(arguments.names or ["0-99"], arguments.out, Reference())
        return
    entries = {entry.name: entry for entry in catalog.SETS[arguments.set]()}
    if unknown := set(arguments.names) - set(entries):
        parser.error(f"no model {', '.join(sorted(unknown))} in '{arguments.set}'; there are {', '.join(entries)}")
    reference = Reference()
    for name in arguments.names or entries:
        write(entries[name], arguments.out, reference)


main()
