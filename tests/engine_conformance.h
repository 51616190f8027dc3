// SPDX-License-Identifier: Apache-2.0
// What the parts of the engine conformance tests share: the engine under test.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/manifest.h"
#include "engine/plugin.h"
#include "joulemark/experiment.h"

namespace joulemark::conformance {

/// The engine that --engine names; set by main before the first test.
struct Subject {
  engine::Manifest manifest;
  EngineInstall install;
  std::filesystem::path scratch;  ///< an empty folder for the models
  const jm_engine_api* api = nullptr;
  jm_engine* opened = nullptr;

  [[nodiscard]] bool reads_onnx() const;
};
Subject& subject();

inline constexpr int kThreads = 2;

/// How a call of `open` ended.
struct OpenOutcome {
  int status = -1;  ///< a jm_status; -1 when the process died
  std::string message;
};

/// What a try to open differs in from one that works.
struct OpenChange {
  std::string library_dir = subject().install.library_dir;
  std::string provider = "cpu";
  int threads = 1;
  std::vector<jm_option> options = {};
};

/// Opens the plugin in a process of its own, since a process opens an engine once.
OpenOutcome try_open(const OpenChange& change);

/// The first argument of that process, and what its main does.
inline constexpr const char* kTryOpen = "--try-open";
int answer_try(int argc, char** argv);

}  // namespace joulemark::conformance
