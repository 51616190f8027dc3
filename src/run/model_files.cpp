// SPDX-License-Identifier: Apache-2.0
// stat for every look, FNV-1a over the contents for the first and where stat shows a difference.
#include "run/model_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

#include "base/fnv.h"
#include "model/model_format.h"
#include "model/mxnet_files.h"
#include "model/onnx_summary.h"

namespace joulemark::run {

namespace fs = std::filesystem;

namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

/// One word a file, in which two files are equal that hold the same.
std::vector<std::string> contents_of(const Facts& facts) {
  std::vector<std::string> contents;
  for (const auto& [name, value] : facts) {
    if (name == "path") {
      contents.push_back("path " + value);
    } else if (contents.empty()) {
      contents.push_back(name + value);
    } else if (name == "fnv1a64") {
      contents.back() = "digest " + value;
    } else {
      contents.back() += fmt::format(" {} {}", name, value);
    }
  }
  return contents;
}

/// What else an engine reads of a model in a format that is spread over several files.
std::vector<fs::path> weights_beside(const fs::path& path) {
  const std::string format = model::model_format(path.string());
  std::vector<fs::path> paths;
  if (path.extension() == ".xml") paths.push_back(fs::path(path).replace_extension(".bin"));
  if (format == model::kMxnetSymbol)
    for (auto& params : model::mxnet_params_files(path)) paths.push_back(std::move(params.path));
  if (format == model::kSavedModel) {
    std::error_code error;
    const fs::directory_iterator variables(path.parent_path() / "variables", error);
    if (!error)
      for (const auto& entry : variables) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
  }
  return paths;
}

}  // namespace

bool same_files(const Facts& a, const Facts& b) {
  return contents_of(a) == contents_of(b);
}

ModelFiles::File ModelFiles::look(const fs::path& path) {
  struct stat status {};
  File file{.path = path};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return file;
  file.bytes = status.st_size;
  file.mtime_ns = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
  file.inode = status.st_ino;
  return file;
}

std::string ModelFiles::digest_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  Fnv1a digest;
  std::array<char, 1 << 16> chunk{};
  while (file.read(chunk.data(), chunk.size()) || file.gcount() > 0)
    digest.add({chunk.data(), static_cast<std::size_t>(file.gcount())});
  return digest.text();
}

/// Of a checkpoint directory that an engine reads itself: its configuration and its weights.
void ModelFiles::add_directory(const fs::path& directory, std::vector<File>& files) {
  std::set<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error))
    paths.insert(it->path());
  for (const fs::path& path : paths) {
    const bool is_text = path.extension() == ".json";
    if (!is_text && path.extension() != ".safetensors" && path.extension() != ".bin") continue;
    File file = look(path);
    if (file.bytes < 0) continue;
    if (is_text) file.digest = digest_of(path);
    files.push_back(std::move(file));
  }
}

void ModelFiles::add(const fs::path& path, std::vector<File>& files) {
  std::error_code error;
  if (fs::is_directory(path, error)) return add_directory(path, files);
  File file = look(path);
  if (file.bytes < 0) return;
  file.digest = digest_of(path);
  files.push_back(std::move(file));
  for (const fs::path& beside : weights_beside(path))
    if (File weights = look(beside); weights.bytes >= 0) files.push_back(std::move(weights));
  const auto summary = model::read_onnx_summary(path);
  if (!summary) return;
  for (const auto& external : summary->external_files)
    files.push_back(look(path.parent_path() / external.location));
}

ModelFiles::ModelFiles(const std::vector<ModelSpec>& models, ModelPaths paths)
    : paths_(std::move(paths)) {
  for (std::size_t model = 0; model < models.size(); ++model) {
    sources_.push_back(models[model].source);
    std::set<std::string> loaded;
    for (const auto& [key, path] : paths_)
      if (key.first == model) loaded.insert(path);
    if (loaded.empty()) loaded.insert(models[model].source);
    std::vector<File>& files = models_.emplace_back();
    for (const std::string& path : loaded) add(path, files);
  }
}

std::string ModelFiles::path(std::size_t model, const std::string& engine) const {
  const auto found = paths_.find({model, engine});
  return found == paths_.end() ? sources_.at(model) : found->second;
}

std::vector<std::pair<std::string, std::string>> ModelFiles::facts(std::size_t model) const {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const File& file : models_.at(model)) {
    if (file.bytes < 0) continue;
    facts.emplace_back("path", file.path.string());
    facts.emplace_back("bytes", std::to_string(file.bytes));
    facts.emplace_back("mtime_ns", std::to_string(file.mtime_ns));
    if (!file.digest.empty()) facts.emplace_back("fnv1a64", file.digest);
  }
  return facts;
}

std::string ModelFiles::change(std::size_t model) const {
  for (const File& was : models_.at(model)) {
    if (was.bytes < 0) continue;
    File now = look(was.path);
    now.digest = was.digest;
    if (now == was) continue;
    if (now.bytes < 0) return fmt::format("'{}' is no longer there", was.path.string());
    const bool only_touched =
        !was.digest.empty() && now.bytes == was.bytes && digest_of(was.path) == was.digest;
    if (!only_touched)
      return fmt::format("'{}' has changed since the experiment began", was.path.string());
  }
  return {};
}

}  // namespace joulemark::run
