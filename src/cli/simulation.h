// SPDX-License-Identifier: Apache-2.0
// `joulemark --sim MACHINE COMMAND …`: a command on a simulated machine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"

namespace joulemark::cli {

/// A machine that runs while it lives, and the command line without the words that ask for it.
class Simulation {
 public:
  /// Where the words begin with --sim MACHINE (a name, or a TOML file): renders it in a folder that
  /// goes with this object, and points the command to it with --root. Elsewhere: none, and the
  /// words as they are. kUsage: no such machine, with those that there are.
  static Result<Simulation> of(std::vector<std::string> words);
  Simulation(Simulation&&) noexcept;
  ~Simulation();

  [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

 private:
  struct Running;
  Simulation(std::vector<std::string> words, std::unique_ptr<Running> running);
  std::vector<std::string> words_;
  std::unique_ptr<Running> running_;  ///< null: nothing is simulated
};

}  // namespace joulemark::cli
