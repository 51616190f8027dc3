// SPDX-License-Identifier: Apache-2.0
// A bare loop on ONNX Runtime's C API, as its documentation shows it, with the settings of a trial.
#include <cstdio>
#include <cstdlib>

#include "ort_api.h"
#include "overhead_bare.h"
#include "plugin_kit/status.h"

namespace {

using namespace joulemark;  // NOLINT(google-build-using-namespace)

class Checker {
 public:
  explicit Checker(const ort::Api& api) : api_(api) {}
  void operator()(ort::Status* status) const {
    if (status == nullptr) return;
    std::fprintf(stderr, "bare_onnxruntime: %s\n", api_.GetErrorMessage(status));
    std::exit(1);
  }

 private:
  const ort::Api& api_;
};

ort::Session* load(const ort::Api& api, const Checker& check,
                   const bench::BareArguments& arguments) {
  ort::Env* env = nullptr;
  check(api.CreateEnv(ort::kLoggingError, "bare", &env));
  ort::SessionOptions* options = nullptr;
  check(api.CreateSessionOptions(&options));
  check(api.SetIntraOpNumThreads(options, arguments.threads));
  check(api.SetInterOpNumThreads(options, 1));
  check(api.SetSessionExecutionMode(options, ort::kSequential));
  check(api.AddSessionConfigEntry(options, "session.set_denormal_as_zero", "1"));
  ort::Session* session = nullptr;
  check(api.CreateSession(env, arguments.model.c_str(), options, &session));
  return session;
}

void run(const bench::BareArguments& arguments) {
  const ort::Library library = ort::open_library(arguments.library_dir);
  const ort::Api& api = library.api;
  const Checker check(api);
  ort::Session* session = load(api, check, arguments);
  ort::MemoryInfo* memory = nullptr;
  check(api.CreateCpuMemoryInfo(ort::kDeviceAllocator, ort::kMemoryDefault, &memory));
  ort::Allocator* allocator = nullptr;
  check(api.GetAllocatorWithDefaultOptions(&allocator));
  std::vector<const char*> input_names;
  std::vector<const ort::Value*> inputs;
  for (const model::HostTensor& tensor : arguments.inputs) {
    ort::Value* value = nullptr;
    check(api.CreateTensorWithDataAsOrtValue(memory, const_cast<std::byte*>(tensor.data.data()),
                                             tensor.data.size(), tensor.dims.data(),
                                             tensor.dims.size(), tensor.dtype, &value));
    input_names.push_back(tensor.name.c_str());
    inputs.push_back(value);
  }
  std::size_t count = 0;
  check(api.SessionGetOutputCount(session, &count));
  std::vector<char*> output_names(count);
  for (std::size_t i = 0; i < count; ++i) {
    check(api.SessionGetOutputName(session, i, allocator, &output_names[i]));
  }
  std::vector<ort::Value*> outputs(count, nullptr);
  bench::time_bare_loop(arguments.seconds, [&] {
    check(api.Run(session, nullptr, input_names.data(), inputs.data(), inputs.size(),
                  output_names.data(), count, outputs.data()));
    for (ort::Value*& output : outputs) {
      api.ReleaseValue(output);
      output = nullptr;
    }
  });
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(bench::read_arguments(argc, argv));
  } catch (const plugin::Failure& failure) {
    std::fprintf(stderr, "bare_onnxruntime: %s\n", failure.message.c_str());
    return 1;
  }
  std::fflush(stdout);
  std::_Exit(0);
}
