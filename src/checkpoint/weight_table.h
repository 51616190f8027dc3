// SPDX-License-Identifier: Apache-2.0
// The tensors that a graph takes from a checkpoint, each looked up and checked once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "checkpoint/weight_files.h"

namespace joulemark::checkpoint {

/// Borrows the files. A tensor that is missing or has another shape or type is remembered, so that
/// a builder need not check after every one; `status` then tells the first.
class WeightTable {
 public:
  /// A name is looked for as it is and behind each prefix.
  WeightTable(const WeightFiles& files, std::vector<std::string> prefixes)
      : files_(files), prefixes_(std::move(prefixes)) {}
  virtual ~WeightTable() = default;
  WeightTable(const WeightTable&) = delete;
  WeightTable& operator=(const WeightTable&) = delete;

  /// The file's own name of a tensor of floating numbers with these dims; "" when there is none.
  virtual std::string take(const std::string& name, const std::vector<std::int64_t>& dims);
  [[nodiscard]] bool has(const std::string& name) const { return find(name).has_value(); }
  [[nodiscard]] std::optional<std::string> find(const std::string& name) const;

  /// What was wrong first.
  [[nodiscard]] Status status() const;
  [[nodiscard]] bool good() const { return !error_; }
  [[nodiscard]] const WeightFiles& files() const { return files_; }

 private:
  /// As the tensor would be called in this file.
  [[nodiscard]] std::string usual_name(const std::string& name) const;
  void wrong(const std::string& name, const std::string& why);

  const WeightFiles& files_;
  std::vector<std::string> prefixes_;
  std::optional<Error> error_;
};

}  // namespace joulemark::checkpoint
