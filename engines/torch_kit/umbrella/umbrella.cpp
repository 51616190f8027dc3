// SPDX-License-Identifier: Apache-2.0
// libtorch.so of PyTorch holds no code: it names the libraries that do. A CUDA build's names
// libtorch_cuda.so, which is not there without CUDA; this one names libtorch_cpu.so alone.
namespace joulemark::torch_kit {

extern const int kUmbrella;
const int kUmbrella = 0;

}  // namespace joulemark::torch_kit
