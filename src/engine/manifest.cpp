// SPDX-License-Identifier: Apache-2.0
// Reads engine.toml with toml++, refusing keys that it does not know.
#include "engine/manifest.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <optional>
#include <regex>

#include "base/file.h"
#include "base/suggest.h"

namespace joulemark::engine {
namespace {

constexpr std::uintmax_t kMaxManifestBytes = 1 << 20;

/// Reads one table key by key, keeps the first error, and knows which keys were read.
class TableReader {
 public:
  TableReader(const toml::table& table, std::string file, std::string section)
      : table_(table), file_(std::move(file)), section_(std::move(section)) {}

  void read(const char* key, std::string& value) {
    if (const toml::node* node = find(key)) {
      if (const auto text = node->value_exact<std::string>())
        value = *text;
      else
        fail_at(*node, fmt::format("'{}' must be a string", section_ + key));
    }
  }

  void read(const char* key, bool& value) {
    if (const toml::node* node = find(key)) {
      if (const auto truth = node->value_exact<bool>())
        value = *truth;
      else
        fail_at(*node, fmt::format("'{}' must be true or false", section_ + key));
    }
  }

  void read(const char* key, std::vector<std::string>& values) {
    const toml::node* node = find(key);
    if (node == nullptr) return;
    const toml::array* array = node->as_array();
    for (std::size_t i = 0; array != nullptr && i < array->size(); ++i) {
      if (const auto text = (*array)[i].value_exact<std::string>())
        values.push_back(*text);
      else
        array = nullptr;
    }
    if (array == nullptr)
      fail_at(*node, fmt::format("'{}' must be a list of strings", section_ + key));
  }

  /// The node under `key`, for tables and lists of tables that the caller reads.
  const toml::node* find(const char* key) {
    known_.emplace_back(key);
    return table_.get(key);
  }

  void fail_at(const toml::node& node, const std::string& what) {
    const toml::source_position at = node.source().begin;
    if (!error_) error_ = fmt::format("{}:{}:{}: {}", file_, at.line, at.column, what);
  }

  /// The first error, an unknown key included.
  Status finish() {
    for (const auto& [key, node] : table_) {
      const std::string name(key.str());
      if (std::find(known_.begin(), known_.end(), name) == known_.end())
        fail_at(node,
                fmt::format("unknown key '{}'{}", section_ + name, did_you_mean(name, known_)));
    }
    if (error_) return fail(ErrorKind::kMachine, *error_);
    return {};
  }

 private:
  const toml::table& table_;
  std::string file_;
  std::string section_;
  std::vector<std::string> known_;
  std::optional<std::string> error_;
};

Status read_library(const toml::node* node, const std::string& file, Manifest& manifest) {
  if (node == nullptr) return {};
  if (!node->is_table())
    return fail(ErrorKind::kMachine, fmt::format("{}: 'library' must be a table", file));
  TableReader reader(*node->as_table(), file, "library.");
  reader.read("needed", manifest.needs_library);
  reader.read("files", manifest.library_files);
  reader.read("of", manifest.library_of);
  reader.read("subdir", manifest.library_subdir);
  reader.read("version_files", manifest.version_files);
  reader.read("built_against", manifest.built_against);
  reader.read("minimum_version", manifest.minimum_version);
  reader.read("python_packages", manifest.python_packages);
  reader.read("python_subdir", manifest.python_subdir);
  reader.read("install_hint", manifest.install_hint);
  return reader.finish();
}

/// The Python environment that stands in for a library.
Status read_python(const toml::node* node, const std::string& file, Manifest& manifest) {
  if (node == nullptr) return {};
  if (!node->is_table())
    return fail(ErrorKind::kMachine, fmt::format("{}: 'python' must be a table", file));
  TableReader reader(*node->as_table(), file, "python.");
  reader.read("needs", manifest.python_needs);
  reader.read("minimum_version", manifest.minimum_version);
  reader.read("install_hint", manifest.install_hint);
  if (manifest.python_needs.empty())
    reader.fail_at(*node,
                   "'python.needs' must list the engine's distribution and what else it needs");
  manifest.needs_library = false;
  return reader.finish();
}

/// Whether the folder and its parts say how the engine is started.
Status check_worker(const Manifest& manifest, const std::string& file) {
  const std::string& worker = manifest.worker;
  if (worker.find('/') != std::string::npos || worker == "." || worker == "..")
    return fail(ErrorKind::kMachine,
                fmt::format("{}: 'worker' must be the name of a file in the engine's folder, not "
                            "'{}'",
                            file, worker));
  if (!manifest.python_needs.empty() && worker.empty())
    return fail(ErrorKind::kMachine,
                fmt::format("{}: an engine with a table 'python' needs a 'worker'", file));
  if (manifest.needs_library && manifest.library_files.empty())
    return fail(ErrorKind::kMachine,
                fmt::format("{}: an engine that needs a library lists its 'library.files'", file));
  return {};
}

bool is_pattern(const std::string& text) {
  try {
    static_cast<void>(std::regex(text));
    return true;
  } catch (const std::regex_error&) {
    return false;
  }
}

Status read_options(const toml::node* node, const std::string& file, Manifest& manifest) {
  if (node == nullptr) return {};
  if (!node->is_array_of_tables())
    return fail(ErrorKind::kMachine, fmt::format("{}: 'option' must be [[option]] tables", file));
  for (const toml::node& entry : *node->as_array()) {
    OptionRow row;
    TableReader reader(*entry.as_table(), file, "option.");
    reader.read("key", row.key);
    reader.read("values", row.values);
    reader.read("pattern", row.pattern);
    if (!is_pattern(row.pattern))
      reader.fail_at(*reader.find("pattern"), "'option.pattern' is no regular expression");
    reader.read("default", row.default_value);
    reader.read("help", row.help);
    if (row.key.empty()) reader.fail_at(entry, "an option needs a 'key'");
    if (Status status = reader.finish(); !status) return status;
    manifest.options.push_back(std::move(row));
  }
  return {};
}

Result<Manifest> read_manifest(const toml::table& table, const std::string& file) {
  Manifest manifest;
  TableReader reader(table, file, "");
  reader.read("name", manifest.name);
  reader.read("summary", manifest.summary);
  reader.read("providers", manifest.providers);
  reader.read("precisions", manifest.precisions);
  reader.read("model_formats", manifest.model_formats);
  reader.read("decoder_forms", manifest.decoder_forms);
  reader.read("export_formats", manifest.export_formats);
  reader.read("worker", manifest.worker);
  reader.read("reference", manifest.is_reference);
  reader.read("endpoint", manifest.is_endpoint);
  const toml::node* library = reader.find("library");
  const toml::node* python = reader.find("python");
  const toml::node* options = reader.find("option");
  if (manifest.name.empty()) reader.fail_at(table, "an engine needs a 'name'");
  if (Status status = reader.finish(); !status) return fail(status.error());
  if (Status status = read_library(library, file, manifest); !status) return fail(status.error());
  if (Status status = read_python(python, file, manifest); !status) return fail(status.error());
  if (Status status = read_options(options, file, manifest); !status) return fail(status.error());
  if (Status status = check_worker(manifest, file); !status) return fail(status.error());
  return manifest;
}

}  // namespace

Result<Manifest> parse_manifest(const std::string& toml, const std::string& file_name) {
  try {
    return read_manifest(toml::parse(toml, file_name), file_name);
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    return fail(ErrorKind::kMachine,
                fmt::format("{}:{}:{}: {}", file_name, at.line, at.column, error.description()));
  }
}

Result<Manifest> load_manifest(const std::filesystem::path& file) {
  Result<std::string> text = read_file(file, kMaxManifestBytes);
  if (!text) return fail(text.error());
  return parse_manifest(*text, file.string());
}

}  // namespace joulemark::engine
