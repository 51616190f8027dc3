// SPDX-License-Identifier: Apache-2.0
// Subcommands and their options, behind one small class, so that only one file reads CLI11.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

namespace CLI {
class App;
}

namespace joulemark::cli {

/// What a subcommand does once its options are read; the answer is the exit code.
using Action = std::function<Result<int>()>;

/// Declares the options of one subcommand. Names are "-o,--output FILE": the flags, and a
/// placeholder for the value in the help. Every variable must outlive the parsing and the action.
class Arguments {
 public:
  explicit Arguments(CLI::App& app) : app_(app) {}

  /// Whether a flag was given.
  enum class Switch { kOff, kOn };
  /// Whether a positional argument may be left out.
  enum class Need { kOptional, kRequired };

  void flag(const std::string& names, Switch& value, const std::string& help);
  void option(const std::string& names, std::string& value, const std::string& help);
  void option(const std::string& names, std::optional<double>& value, const std::string& help);
  void option(const std::string& names, std::optional<std::int64_t>& value,
              const std::string& help);
  /// May be given several times, one value each.
  void repeated(const std::string& names, std::vector<std::string>& values,
                const std::string& help);
  /// What `flag` means without a value: where no number follows it.
  void implied(const std::string& flag, std::string value) { implied_[flag] = std::move(value); }
  [[nodiscard]] const std::map<std::string, std::string>& implied() const { return implied_; }
  void positional(const std::string& name, std::string& value, const std::string& help, Need need);
  void positionals(const std::string& name, std::vector<std::string>& values,
                   const std::string& help, Need need);
  /// Heading of the options that follow, in the help.
  void group(std::string heading) { group_ = std::move(heading); }

 private:
  CLI::App& app_;
  std::string group_ = "Options";
  std::map<std::string, std::string> implied_;
};

/// One row of the table of subcommands.
struct Command {
  const char* name;
  const char* summary;
  /// Declares the options, whose variables the action keeps.
  Action (*declare)(Arguments& arguments);
};

/// Parses the command line, the words behind the program's name, and runs the subcommand that it
/// names. Help and version are printed
/// here. kUsage for a wrong command line, with the nearest valid word.
Result<int> run_command_line(std::span<const Command> commands, std::vector<std::string> words);

}  // namespace joulemark::cli
