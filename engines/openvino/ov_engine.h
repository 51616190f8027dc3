// SPDX-License-Identifier: Apache-2.0
// The opened library, its core and the properties that every compiled model gets.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "joulemark/engine_abi.h"
#include "ov_api.h"
#include "ov_types.h"

namespace joulemark::openvino {

inline constexpr const char* kDevice = "CPU";

/// The engine's own options, as engine.toml lists them.
struct Settings {
  int threads = 1;
  std::vector<std::int32_t> affinity;
  bool static_shapes = false;
  std::string performance_hint;  ///< "LATENCY"
  std::string streams;
  std::string hyper_threading;  ///< "YES", "NO", or "" to leave it
};

/// Calls the right …_free for a pointer of the library.
template <class T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

}  // namespace joulemark::openvino

/// What `open` hands out.
struct jm_engine {
  explicit jm_engine(const jm_open_params& params);

  /// Sets what holds for every model of this precision ("f32", "native" …).
  void set_precision(const std::string& precision) const;

  joulemark::openvino::Settings settings;
  joulemark::openvino::Library library;
  joulemark::openvino::ElementTypes types;
  joulemark::openvino::Owned<joulemark::openvino::Core> core{nullptr, nullptr};
  std::string description;  ///< JSON for describe

 private:
  void set(const char* key, const std::string& value) const;
  void set_if_known(const char* key, const std::string& value) const;
};
