// SPDX-License-Identifier: Apache-2.0
// The requests of the worker protocol as checked values.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "joulemark/worker_protocol.h"
#include "model/inputs.h"
#include "worker/failure.h"

namespace joulemark::worker {

using Options = std::map<std::string, std::string>;

struct HelloRequest {
  std::int64_t protocol = 0;
};
struct OpenRequest {
  std::string plugin;
  std::string library_dir;
  std::string provider = "cpu";
  std::int32_t threads = 1;
  std::vector<std::int32_t> affinity;
  Options options;
};
struct OperatorsRequest {};
struct LoadRequest {
  std::string model;
  std::string precision = "f32";
  Options options;
};
struct BuildRequest {};
struct InputsRequest {
  model::InputsSource from;
  std::int64_t batch = 1;
};
struct AnswerRequest {
  std::optional<std::filesystem::path> directory;
  std::optional<std::filesystem::path> reference;
  std::int64_t requests = 0;  ///< of a language model's, the first; 0: all
};
struct DurationsRequest {};
struct CeilingsRequest {
  std::size_t buffer_bytes = 0;
};
struct QuitRequest {};
using protocol::CheckRequest;
using protocol::ExportRequest;
using protocol::GenerateRequest;
using protocol::GoRequest;
using protocol::PromptsRequest;
using protocol::WarmupRequest;

using Request = std::variant<HelloRequest, OpenRequest, OperatorsRequest, ExportRequest,
                             LoadRequest, InputsRequest, AnswerRequest, WarmupRequest, GoRequest,
                             DurationsRequest, CheckRequest, GenerateRequest, PromptsRequest,
                             CeilingsRequest, QuitRequest, BuildRequest>;

/// Reads one line. Unknown keys are ignored, missing ones keep their default where there is one;
/// JM_INVALID_ARGUMENT says which key is wrong.
Outcome<Request> parse_request(std::string_view line);

}  // namespace joulemark::worker
