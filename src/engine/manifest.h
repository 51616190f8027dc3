// SPDX-License-Identifier: Apache-2.0
// engine.toml: what an engine's folder says of itself, so that nothing else has to list engines.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.h"

namespace joulemark::engine {

/// An option of the engine's own, as `[[option]]` in engine.toml.
struct OptionRow {
  std::string key;
  std::vector<std::string> values;  ///< the valid ones; empty: any text
  std::string default_value;        ///< what holds when it is not given
  std::string help;
  std::string pattern = {};  ///< ECMAScript, of all that is valid; "": any text
  bool operator==(const OptionRow&) const = default;
};

/// The content of an engine.toml.
struct Manifest {
  std::string name;
  std::string summary;
  std::vector<std::string> providers;      ///< execution providers, lower case
  std::vector<std::string> precisions;     ///< "f32", "native", …
  std::vector<std::string> model_formats;  ///< "onnx"; "null" for `null:NAME`
  /// Forms of a language model that it runs, the fastest first: see docs/adding-an-engine.md.
  std::vector<std::string> decoder_forms;
  std::vector<std::string> export_formats;  ///< that it writes ONNX files in: "torchscript"
  std::vector<OptionRow> options;           ///< the engine's own
  std::string worker;                       ///< a program in the folder instead of a plugin; or ""
  bool is_reference = false;                ///< the gate's, wherever an experiment has it
  std::vector<std::string> python_needs;    ///< what a Python holds that the worker runs in
  bool is_endpoint = false;                 ///< it asks a server, which the user names
  bool needs_library = true;                ///< false: the plugin is all there is
  std::vector<std::string> library_files;   ///< globs; a folder with a match is an install
  std::string library_of;                   ///< an engine whose library it is too; "" for none
  std::string library_subdir;               ///< where in a folder that was named, or in the cache's
  std::vector<std::string> version_files;   ///< from the library's folder; the first that tells
  std::string built_against;                ///< see docs/adding-an-engine.md; "" for most engines
  std::string minimum_version;              ///< oldest that works; "" when any does
  std::vector<std::string> python_packages;  ///< distribution names, in order of preference
  std::string python_subdir;                 ///< where in site-packages the library is
  std::string install_hint;                  ///< what to do when it is missing: "run 'x', or 'y'"
  bool operator==(const Manifest&) const = default;
};

/// Parses the text of an engine.toml. Fails with "FILE:LINE:COL: …" for wrong TOML, a wrong type,
/// an unknown key, or a missing name.
Result<Manifest> parse_manifest(const std::string& toml, const std::string& file_name);

/// Reads and parses a manifest file.
Result<Manifest> load_manifest(const std::filesystem::path& file);

}  // namespace joulemark::engine
