// SPDX-License-Identifier: Apache-2.0
// The flags of a command that has one engine run one model.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/command_line.h"
#include "engine/discovery.h"

namespace joulemark::cli {

struct EngineFlags {
  std::string name;  ///< "onnxruntime@1.31"
  std::string provider = "cpu";
  std::string precision = "f32";
  std::string python;
  std::vector<std::string> options, roots;
  std::optional<std::int64_t> threads;
};

/// Declares --engine.
void declare_engine_name(Arguments& arguments, EngineFlags& flags);
/// Declares the others.
void declare_engine(Arguments& arguments, EngineFlags& flags);

/// kUsage where none is named.
Status check_engine_name(const EngineFlags& flags);
/// kUsage for roots or a Python that are none.
Result<engine::SearchPath> engine_search_path(const EngineFlags& flags);
/// kUsage for a number that is none of threads.
Result<std::int32_t> thread_count(const EngineFlags& flags);
/// The engine's own, by key. kUsage for a text that is no KEY=VALUE.
Result<std::map<std::string, std::string>> engine_options(const EngineFlags& flags);

}  // namespace joulemark::cli
