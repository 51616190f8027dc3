// SPDX-License-Identifier: Apache-2.0
// Through the interfaces that are the same for every kind of device, so that neither CUDA's headers
// nor its libraries are needed to build.
#include "torch_kit/device.h"

#include <ATen/Context.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/csrc/api/include/torch/version.h>

#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 9
#include <c10/core/CachingDeviceAllocator.h>
#endif

#include "plugin_kit/status.h"
#include "torch_kit/errors.h"

namespace joulemark::torch_kit {
namespace {

/// Why CUDA does not work here; "" when it does.
std::string why_no_cuda() {
  if (!at::hasCUDA())
    return "the CUDA part of this PyTorch (libtorch_cuda.so) is not there or did not open; install "
           "a CUDA build of PyTorch with its nvidia-* packages";
  try {
    if (at::detail::getCUDAHooks().getNumGPUs() > 0) return "";
    return "no NVIDIA GPU was found; see 'nvidia-smi'";
  } catch (const std::exception& error) {
    return brief(error);
  }
}

/// float32 means float32: no TF32 behind it.
void forbid_tf32() {
  at::globalContext().setFloat32MatmulPrecision("highest");
  at::globalContext().setAllowTF32CuDNN(false);
}

}  // namespace

c10::Device open_device(const std::string& provider) {
  if (provider == "cpu") {
    at::globalContext().setFloat32MatmulPrecision("highest");
    return c10::Device(at::kCPU);
  }
  if (provider != "cuda")
    plugin::fail(JM_UNSUPPORTED,
                 "PyTorch has no execution provider '" + provider + "' here; use cpu or cuda");
  if (const std::string why = why_no_cuda(); !why.empty())
    plugin::fail(JM_UNSUPPORTED, "execution provider 'cuda' is absent: " + why);
  at::globalContext().lazyInitDevice(at::kCUDA);
  forbid_tf32();
  return c10::Device(at::kCUDA, 0);
}

std::vector<std::string> providers() {
  if (why_no_cuda().empty()) return {"cpu", "cuda"};
  return {"cpu"};
}

void synchronise(c10::Device device) {
  if (device.is_cpu()) return;
  c10::impl::getDeviceGuardImpl(device.type())->synchronizeDevice(device.index());
}

std::optional<std::int64_t> peak_memory(c10::Device device) {
  if (device.is_cpu()) return std::nullopt;
#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 9
  const auto stats = c10::getDeviceAllocator(device.type())->getDeviceStats(device.index());
  constexpr auto kAll = static_cast<std::size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return stats.allocated_bytes[kAll].peak;
#else
  return std::nullopt;
#endif
}

}  // namespace joulemark::torch_kit
