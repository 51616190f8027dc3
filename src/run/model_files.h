// SPDX-License-Identifier: Apache-2.0
// The files of the models as they were when the experiment began, so that a later change is seen.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "joulemark/experiment.h"

namespace joulemark::run {

/// The files that engines load in the place of sources that they cannot load (checkpoints, the
/// hub's), by the model's place in the experiment and Configuration::engine.
using ModelPaths = std::map<std::pair<std::size_t, std::string>, std::string>;

/// Whether two lists of ModelFiles::facts are of the same contents: where there is a digest,
/// neither time nor path matter.
bool same_files(const std::vector<std::pair<std::string, std::string>>& a,
                const std::vector<std::pair<std::string, std::string>>& b);

/// The files of an experiment's models. A model that is no file (the null engine's) never changes.
class ModelFiles {
 public:
  /// Looks at every model and its external data now; reads each model file once.
  explicit ModelFiles(const std::vector<ModelSpec>& models, ModelPaths paths = {});

  /// What a worker of `engine` is told to load.
  [[nodiscard]] std::string path(std::size_t model, const std::string& engine) const;

  /// Ordered facts of one model, for the store: of every file that is loaded for it size, time of
  /// the last change and a digest of the contents; of external data and the weights of a
  /// checkpoint directory the first two. Empty when the model is no file.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> facts(std::size_t model) const;

  /// What is no longer as it was, for people; "" while all is. Reads a file again only when its
  /// size, time or identity differ, so that one that was only touched counts as unchanged.
  [[nodiscard]] std::string change(std::size_t model) const;

 private:
  struct File {
    std::filesystem::path path;
    std::int64_t bytes = -1;  ///< -1: there is none
    std::int64_t mtime_ns = 0;
    std::uint64_t inode = 0;
    std::string digest = {};  ///< "" for weights outside of it, which may be too large to read
    bool operator==(const File&) const = default;
  };
  static File look(const std::filesystem::path& path);
  static std::string digest_of(const std::filesystem::path& path);
  static void add_directory(const std::filesystem::path& directory, std::vector<File>& files);
  static void add(const std::filesystem::path& path, std::vector<File>& files);

  std::vector<std::string> sources_;
  ModelPaths paths_;
  std::vector<std::vector<File>> models_;  ///< model files, each before its external data
};

}  // namespace joulemark::run
