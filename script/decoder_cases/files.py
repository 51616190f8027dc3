# SPDX-License-Identifier: Apache-2.0
"""How cases are stored: checkpoint folders, JSON with seven significant digits, and one archive that depends on nothing but its content."""

import gzip
import json
import os
import pathlib
import tarfile

import torch
from safetensors.torch import load_file, save_file


def rounded(values: torch.Tensor) -> list:
    """Nested lists of numbers with seven significant digits, as many as a 32-bit float carries."""
    if values.dim() == 0:
        return float(f"{values.item():.7g}")
    return [rounded(row) for row in values]


def write_json(path: pathlib.Path, value: object, **options) -> None:
    path.write_text(json.dumps(value, **options) + "\n", encoding="utf-8")


def write_expected(folder: pathlib.Path, expected: dict) -> None:
    write_json(folder / "expected.json", expected, separators=(",", ":"))


def save_model(model, folder: pathlib.Path, shard_bytes: int) -> dict:
    """Writes what save_pretrained writes, less the settings of generation, and returns the config as it stands in the file."""
    model.save_pretrained(folder, max_shard_size=shard_bytes or "1GB")
    (folder / "generation_config.json").unlink(missing_ok=True)
    return json.loads((folder / "config.json").read_text(encoding="utf-8"))


def change_tensors(folder: pathlib.Path, change, config: dict) -> None:
    path = folder / "model.safetensors"
    tensors = change(load_file(path), config)
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, path, metadata={"format": "pt"})


def link_twin(folder: pathlib.Path, ending: str, config: dict) -> pathlib.Path:
    """A folder beside `folder` with another config and hard links to everything else."""
    twin = folder.with_name(f"{folder.name}.{ending}")
    twin.mkdir()
    for source in sorted(folder.iterdir()):
        if source.name != "config.json":
            os.link(source, twin / source.name)
    write_json(twin / "config.json", config, indent=2)
    return twin


def entry(root: pathlib.Path, path: pathlib.Path, seen: dict[int, str]) -> tarfile.TarInfo:
    """A file that was there before under another name is a hard link to that one."""
    info = tarfile.TarInfo(path.relative_to(root).as_posix())
    info.mode = 0o644
    status = path.stat()
    if status.st_ino in seen:
        info.type, info.linkname = tarfile.LNKTYPE, seen[status.st_ino]
    else:
        info.size = status.st_size
        seen[status.st_ino] = info.name
    return info


def pack(root: pathlib.Path, archive: pathlib.Path) -> None:
    """Sorted by name, without times or owners: equal folders give equal bytes (with one version of zlib)."""
    seen: dict[int, str] = {}
    files = sorted(path for path in root.rglob("*") if path.is_file())
    with archive.open("wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=9, mtime=0) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for path in files:
                info = entry(root, path, seen)
                if info.isreg():
                    with path.open("rb") as content:
                        tar.addfile(info, content)
                else:
                    tar.addfile(info)
