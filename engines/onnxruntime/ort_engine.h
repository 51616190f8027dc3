// SPDX-License-Identifier: Apache-2.0
// The opened library, its environment and the settings that every session of it gets.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"
#include "ort_api.h"

namespace joulemark::ort {

/// The engine's own options, as engine.toml lists them.
struct Settings {
  int threads = 1;
  std::vector<std::int32_t> affinity;
  std::string spin = "1";
  std::string graph_optimization = "all";
  std::string prepacking = "1";
  std::string memory_arena = "1";
};

/// Calls the right Release… for a pointer of the library.
template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

}  // namespace joulemark::ort

/// What `open` hands out.
struct jm_engine {
  explicit jm_engine(const jm_open_params& params);

  joulemark::ort::Settings settings;
  joulemark::ort::Library library;
  joulemark::ort::Owned<joulemark::ort::Env> env{nullptr, nullptr};
  joulemark::ort::Owned<joulemark::ort::MemoryInfo> host_memory{nullptr, nullptr};
  joulemark::ort::Allocator* allocator = nullptr;  ///< the library's default one, never released
  std::string description;                         ///< JSON for describe

  /// Options for one session.
  [[nodiscard]] joulemark::ort::Owned<joulemark::ort::SessionOptions> session_options() const;
};
