// SPDX-License-Identifier: Apache-2.0
// Finds engines: which plugins there are, and where their libraries are installed.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/manifest.h"
#include "joulemark/experiment.h"

namespace joulemark::engine {

/// All places that are looked at, in one value, so that a test can name its own.
struct SearchPath {
  /// Folders of engine folders (`DIR/NAME/engine.toml` beside `libjoulemark_NAME.so`); the first
  /// plugin of a name counts.
  std::vector<std::filesystem::path> plugin_dirs;
  /// `--engine-root`: engine name, with or without @version → folder of its library, or a Python.
  std::map<std::string, std::string> roots;
  /// `…/joulemark/engines`, holding NAME/VERSION/.
  std::filesystem::path cache_dir;
  /// The active Python, "" where there is none, and its site-packages folders, in order.
  std::filesystem::path python;
  std::vector<std::filesystem::path> python_site_dirs;
  /// Names of engines that an experiment defines: servers, by how they are started or reached.
  std::set<std::string> endpoints = {};
  /// Variables that may name a folder: JOULEMARK_<NAME>_ROOT.
  std::map<std::string, std::string> environment;
};

/// The variable that names the folder of an engine's library: JOULEMARK_ONNXRUNTIME_ROOT.
std::string root_variable(const std::string& engine);

/// The search path of this process: plugins from $JOULEMARK_ENGINE_PATH and from the executable's
/// place, libraries from `roots`, the environment, the cache and the active Python.
SearchPath default_search_path(const std::map<std::string, std::string>& roots);

/// The same with the roots and the endpoints of an experiment.
SearchPath search_path_of(const Experiment& experiment);

/// A folder that looked like an install and is none.
struct Rejected {
  EngineInstall install;
  std::string reason;  ///< "'libx.so' is built for aarch64, this program for x86-64"
};

/// One engine and everything that was found of it.
struct EngineListing {
  Manifest manifest;
  std::vector<EngineInstall> installs;  ///< usable, in the order of precedence
  std::vector<Rejected> rejected;
  std::string reason;  ///< why `installs` is empty, and what to do; else ""
};

/// Every engine that has a plugin, by name. A broken engine.toml is a listing with its error as the
/// reason.
std::vector<EngineListing> list_engines(const SearchPath& path);

/// The manifest of an engine, by name (an @version is ignored), that of the engine that asks
/// servers for "http:URL" and for one of the endpoints. kUsage for an unknown name.
Result<Manifest> find_manifest(const std::string& engine_spec, const SearchPath& path);

/// The install that `engine_spec` means: "onnxruntime" the first one found, "onnxruntime@1.30" the
/// first whose version starts with these dotted numbers. kUsage with a suggestion for an unknown
/// name, kMachine with what to do when there is no such install. A folder that the user named (an
/// engine root or an environment variable) is never passed over in silence. Of "http:URL" the
/// address stands for the library's folder.
Result<EngineInstall> find_engine(const std::string& engine_spec, const SearchPath& path);

}  // namespace joulemark::engine
