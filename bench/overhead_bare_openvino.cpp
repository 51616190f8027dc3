// SPDX-License-Identifier: Apache-2.0
// A bare loop on OpenVINO's C API, as its documentation shows it, with the settings of a trial.
#include <cstdio>
#include <cstdlib>

#include "ov_api.h"
#include "ov_types.h"
#include "overhead_bare.h"
#include "plugin_kit/status.h"

namespace {

using namespace joulemark;  // NOLINT(google-build-using-namespace)

class Checker {
 public:
  explicit Checker(const openvino::Api& api) : api_(api) {}
  void operator()(openvino::StatusCode code) const {
    if (code == 0) return;
    std::fprintf(stderr, "bare_openvino: %s\n", api_.ov_get_error_info(code));
    std::exit(1);
  }

 private:
  const openvino::Api& api_;
};

openvino::Request* load(const openvino::Api& api, const Checker& check,
                        const bench::BareArguments& arguments) {
  openvino::Core* core = nullptr;
  check(api.ov_core_create(&core));
  const std::string threads = std::to_string(arguments.threads);
  const std::pair<const char*, const char*> properties[] = {
      {"PERFORMANCE_HINT", "LATENCY"},
      {"INFERENCE_NUM_THREADS", threads.c_str()},
      {"NUM_STREAMS", "1"},
      {"ENABLE_CPU_PINNING", "NO"},
      {"INFERENCE_PRECISION_HINT", "f32"},
      {"CPU_DENORMALS_OPTIMIZATION", "YES"}};
  for (const auto& [key, value] : properties) {
    check(api.ov_core_set_property(core, "CPU", key, value, nullptr));
  }
  openvino::Model* model = nullptr;
  check(api.ov_core_read_model(core, arguments.model.c_str(), nullptr, &model));
  openvino::CompiledModel* compiled = nullptr;
  check(api.ov_core_compile_model(core, model, "CPU", 0, &compiled));
  openvino::Request* request = nullptr;
  check(api.ov_compiled_model_create_infer_request(compiled, &request));
  return request;
}

void run(const bench::BareArguments& arguments) {
  const openvino::Library library = openvino::open_library(arguments.library_dir);
  const openvino::Api& api = library.api;
  const Checker check(api);
  const openvino::ElementTypes types(api);
  openvino::Request* request = load(api, check, arguments);
  for (std::size_t i = 0; i < arguments.inputs.size(); ++i) {
    const model::HostTensor& tensor = arguments.inputs[i];
    const openvino::Shape shape{static_cast<std::int64_t>(tensor.dims.size()),
                                const_cast<std::int64_t*>(tensor.dims.data())};
    openvino::Tensor* input = nullptr;
    check(api.ov_tensor_create_from_host_ptr(types.to_library(tensor.dtype), shape,
                                             const_cast<std::byte*>(tensor.data.data()), &input));
    check(api.ov_infer_request_set_input_tensor_by_index(request, i, input));
  }
  bench::time_bare_loop(arguments.seconds, [&] { check(api.ov_infer_request_infer(request)); });
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(bench::read_arguments(argc, argv));
  } catch (const plugin::Failure& failure) {
    std::fprintf(stderr, "bare_openvino: %s\n", failure.message.c_str());
    return 1;
  }
  std::fflush(stdout);
  std::_Exit(0);
}
