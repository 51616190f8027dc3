// SPDX-License-Identifier: Apache-2.0
// A bare loop on a network written by hand: `bare_torch SPELLING MODEL THREADS SECONDS
// INPUT_FOLDER`, SPELLING "file" or "idiomatic". Its outputs must be those of the folder.
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/InferenceMode.h>

#include <cstring>
#include <exception>

#include "model/compare.h"
#include "model/onnx_reader.h"
#include "overhead_bare.h"
#include "torch_networks.h"

namespace {

using namespace joulemark;  // NOLINT(google-build-using-namespace)

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "bare_torch: %s\n", why.c_str());
  std::exit(1);
}

at::ScalarType scalar_type(jm_dtype dtype) {
  if (dtype == JM_FLOAT32) return at::kFloat;
  if (dtype == JM_INT64) return at::kLong;
  die(std::string("no tensors of ") + std::string(model::dtype_name(dtype)));
}

/// Borrows bytes that are aligned as PyTorch aligns its own; copies the others.
at::Tensor weight(const model::OnnxTensor& tensor) {
  constexpr std::uintptr_t kAlignment = 64;
  void* data = const_cast<std::byte*>(tensor.data.data());
  const at::ScalarType type = scalar_type(tensor.dtype);
  if (reinterpret_cast<std::uintptr_t>(data) % kAlignment == 0)
    return at::from_blob(
        data, tensor.dims, [owner = tensor.owner](void*) {}, type);
  at::Tensor copy = at::empty(tensor.dims, type);
  std::memcpy(copy.mutable_data_ptr(), data, tensor.data.size());
  return copy;
}

bench::Weights read_weights(const std::string& path) {
  const auto model = model::read_onnx_model(path);
  if (!model) die(model.error().message);
  bench::Weights weights;
  for (const auto& tensor : model->graph.initializers) weights[tensor.name] = weight(tensor);
  return weights;
}

void check(const std::vector<at::Tensor>& outputs, const std::filesystem::path& folder) {
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const auto want = model::read_tensor_proto(folder / ("output_" + std::to_string(k) + ".pb"));
    if (!want) die(want.error().message);
    const at::Tensor output = outputs[k].contiguous();
    auto got = model::make_tensor(want->name, want->dtype, output.sizes().vec());
    if (!got || output.scalar_type() != scalar_type(want->dtype)) die("output of another type");
    std::memcpy(got->data.data(), output.const_data_ptr(), got->data.size());
    const auto difference = model::compare(*got, *want, model::agreement_tolerance(*want));
    if (!difference.agrees) die(difference.detail);
  }
}

void run(const bench::BareArguments& arguments, const std::filesystem::path& folder) {
  at::set_num_interop_threads(1);
  at::set_num_threads(arguments.threads);
  const c10::InferenceMode guard;
  const auto spelling =
      arguments.library_dir == "file" ? bench::Spelling::kAsInFile : bench::Spelling::kIdiomatic;
  const auto network = bench::make_network(read_weights(arguments.model), spelling);
  std::vector<at::Tensor> inputs;
  for (const model::HostTensor& tensor : arguments.inputs)
    inputs.push_back(at::from_blob(const_cast<std::byte*>(tensor.data.data()), tensor.dims,
                                   scalar_type(tensor.dtype)));
  check(network->run(inputs), folder);
  constexpr std::size_t kLeastCalls = 3;
  bench::time_bare_loop(
      arguments.seconds, [&] { (void)network->run(inputs); }, kLeastCalls);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(bench::read_arguments(argc, argv), argv[argc - 1]);
  } catch (const std::exception& error) {
    die(error.what());
  }
  return 0;
}
