# SPDX-License-Identifier: Apache-2.0
"""Seeded weights that make mistakes visible: norms away from one, no bias of zero, attention that is not uniform."""

import torch

MATRIX_STD = 0.25  # at the widths of the cases, products keep about the size of what goes in


def shortened(values: torch.Tensor, bits: int) -> torch.Tensor:
    """The nearest numbers with `bits` bits of mantissa behind the leading one; they pack well, and 16-bit types hold them."""
    mantissa, exponent = torch.frexp(values)
    scale = 2.0 ** (bits + 1)
    return torch.ldexp(torch.round(mantissa * scale) / scale, exponent)


def drawn(module: torch.nn.Module, name: str, shape: torch.Size, generator: torch.Generator) -> torch.Tensor:
    kind = type(module).__name__
    normal = torch.randn(shape, generator=generator)
    if "Norm" in kind and name == "weight":
        uniform = torch.rand(shape, generator=generator) * 0.6 - 0.3
        return uniform if kind == "GemmaRMSNorm" else 1 + uniform
    return normal * (0.3 if len(shape) == 1 else MATRIX_STD)


@torch.no_grad()
def draw_weights(model: torch.nn.Module, seed: int, bits: int, embed: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        for name, parameter in module.named_parameters(recurse=False):
            values = drawn(module, name, parameter.shape, generator)
            if isinstance(module, torch.nn.Embedding):
                values *= embed / MATRIX_STD
            parameter.copy_(shortened(values, bits))
