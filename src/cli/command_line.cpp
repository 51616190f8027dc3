// SPDX-License-Identifier: Apache-2.0
// CLI11, and its errors in our words.
#include "cli/command_line.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <charconv>
#include <map>
#include <string_view>

#include "base/suggest.h"
#include "cli/help_format.h"
#include "cli/output.h"

namespace joulemark::cli {
namespace {

using Texts = std::vector<std::string>;

/// What stands for an integer in the help.
constexpr const char* kIntegerPlaceholder = "N";

constexpr const char* kDescription =
    "Measures which engine, precision, thread count and batch size a model should be served with "
    "on this machine, and what it costs in joules, time and memory.";
constexpr const char* kFooter =
    "\nFirst steps:\n"
    "  joulemark doctor                                   what this machine can measure\n"
    "  joulemark compare MODEL.onnx --engine onnxruntime,openvino\n"
    "  joulemark report                                   the page of plots\n"
    "Before the command, --sim MACHINE runs it on a simulated one: joulemark --sim xeon-2s "
    "doctor\n";

struct Parser {
  CLI::App app{kDescription, "joulemark"};
  std::map<std::string, std::string> implied;  ///< as Arguments has them
  Action chosen;
};

void declare(Parser& parser, const Command& command) {
  CLI::App* sub = parser.app.add_subcommand(command.name, command.summary);
  sub->footer("");
  sub->set_help_flag("-h,--help", "Print this help");
  Arguments arguments(*sub);
  const Action action = command.declare(arguments);
  parser.implied.insert(arguments.implied().begin(), arguments.implied().end());
  sub->callback([&parser, action] { parser.chosen = action; });
}

Texts option_names(const CLI::App& app) {
  Texts names;
  for (const CLI::Option* option : app.get_options())
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  return names;
}

/// The subcommand on the command line, or the program itself.
const CLI::App& current(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  // NOLINTNEXTLINE(bugprone-return-const-ref-from-parameter): the program outlives its calls
  return chosen.empty() ? app : *chosen.front();
}

std::string name_of(const CLI::App& app) {
  return app.get_parent() == nullptr ? "joulemark" : "joulemark " + app.get_name();
}

/// The help without doubled blank lines.
std::string help_of(const CLI::App& app) {
  std::string text = app.help(app.get_parent() == nullptr ? "" : "joulemark");
  for (std::size_t at = 0; (at = text.find("\n\n\n", at)) != std::string::npos;) text.erase(at, 1);
  return text;
}

/// A word that no option and no argument takes.
std::string extra_word(const CLI::App& app, const CLI::App& where) {
  const Texts extra = app.remaining(true);
  const std::string word = extra.empty() ? "" : extra.front().substr(0, extra.front().find('='));
  const bool is_option = word.starts_with('-');
  return fmt::format("{} '{}'{}", is_option ? "unknown option" : "unexpected argument", word,
                     is_option ? did_you_mean(word, option_names(where)) : "");
}

/// "Could not convert: --experiment = x" in our words.
std::string no_number(const std::string& message, const CLI::App& where) {
  constexpr std::string_view kBetween = " = ";
  const auto colon = message.find(": ");
  const auto equals = message.find(kBetween);
  if (colon == std::string::npos || equals == std::string::npos) return message;
  const std::string flag = message.substr(colon + 2, equals - colon - 2);
  const CLI::Option* option = where.get_option_no_throw(flag);
  const bool is_integer = option != nullptr && option->get_type_name() == kIntegerPlaceholder;
  return fmt::format("{} must be {}, not '{}'", flag, is_integer ? "an integer" : "a number",
                     message.substr(equals + kBetween.size()));
}

std::string words_for(const CLI::App& app, const CLI::App& where, const CLI::ParseError& error) {
  std::string message = error.what();
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) return extra_word(app, where);
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr)
    return no_number(message, where);
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr)
    return message.substr(0, message.find(':')) + " needs a value";
  if (const auto colon = message.find(": ");
      dynamic_cast<const CLI::ValidationError*>(&error) != nullptr && colon != std::string::npos)
    return message.erase(colon, 1);
  return message;
}

Error usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& where = current(app);
  std::string message = words_for(app, where, error);
  std::replace(message.begin(), message.end(), '\n', ' ');
  while (message.ends_with('.') || message.ends_with(' ')) message.pop_back();
  if (!message.ends_with('?'))
    message += fmt::format("; run '{} --help' for its options", name_of(where));
  return {.kind = ErrorKind::kUsage, .message = std::move(message)};
}

Status check_command(std::span<const Command> commands, std::string_view word) {
  if (word.starts_with('-')) return {};
  Texts names;
  for (const auto& command : commands) names.emplace_back(command.name);
  if (std::find(names.begin(), names.end(), word) != names.end()) return {};
  const std::string near = did_you_mean(word, names);
  return fail(ErrorKind::kUsage,
              fmt::format("unknown command '{}'{}", word,
                          near.empty() ? "; run 'joulemark --help' for all commands" : near));
}

bool is_number(const std::string& word) {
  double number = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  return error == std::errc() && end == word.data() + word.size();
}

/// "--race MODEL" as "--race=0.05 MODEL".
Texts with_implied(const Parser& parser, Texts words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto found = parser.implied.find(words[i]);
    const bool has_value = i + 1 < words.size() && is_number(words[i + 1]);
    if (found != parser.implied.end() && !has_value) words[i] += "=" + found->second;
  }
  return words;
}

/// Last first, as CLI11 takes them; "help X" is "X --help".
Texts reversed(std::span<const Command> commands, Texts words) {
  const auto is_command = [&](const std::string& word) {
    return std::any_of(commands.begin(), commands.end(),
                       [&](const Command& command) { return word == command.name; });
  };
  if (words.size() == 1 && words[0] == "help") words = {"--help"};
  if (words.size() == 2 && words[0] == "help" && is_command(words[1])) words = {words[1], "--help"};
  std::reverse(words.begin(), words.end());
  return words;
}

Result<int> parse_and_run(Parser& parser, Texts words) {
  try {
    parser.app.parse(words);
  } catch (const CLI::CallForHelp&) {
    return print(help_of(current(parser.app)));
  } catch (const CLI::CallForVersion& version) {
    return print(std::string(version.what()) + "\n");
  } catch (const CLI::ParseError& error) {
    return fail(usage_error(parser.app, error));
  }
  return parser.chosen ? parser.chosen() : kExitUsage;
}

/// What is wrong with a value that is the next flag, whose own value was forgotten; else "".
std::string no_flag(const std::string& value) {
  return value.starts_with("--") ? fmt::format("needs a value before '{}'", value) : "";
}

/// "-o,--output FILE" in its two parts.
struct Names {
  explicit Names(const std::string& text)
      : flags(text.substr(0, text.find(' '))),
        placeholder(flags.size() < text.size() ? text.substr(flags.size() + 1) : "") {}
  std::string flags;
  std::string placeholder;
};

}  // namespace

void Arguments::flag(const std::string& names, Switch& value, const std::string& help) {
  app_.add_flag_callback(
          names, [&value] { value = Switch::kOn; }, help)
      ->group(group_);
}

void Arguments::option(const std::string& names, std::string& value, const std::string& help) {
  const Names split(names);
  app_.add_option(split.flags, value, help)
      ->check(no_flag)
      ->take_last()
      ->type_name(split.placeholder)
      ->group(group_);
}

void Arguments::option(const std::string& names, std::optional<double>& value,
                       const std::string& help) {
  const Names split(names);
  app_.add_option_function<double>(
          split.flags, [&value](double given) { value = given; }, help)
      ->take_last()
      ->type_name(split.placeholder)
      ->group(group_);
}

void Arguments::option(const std::string& names, std::optional<std::int64_t>& value,
                       const std::string& help) {
  const Names split(names);
  app_.add_option_function<std::int64_t>(
          split.flags, [&value](std::int64_t given) { value = given; }, help)
      ->take_last()
      ->type_name(split.placeholder)
      ->group(group_);
}

void Arguments::repeated(const std::string& names, std::vector<std::string>& values,
                         const std::string& help) {
  const Names split(names);
  app_.add_option(split.flags, values, help)
      ->check(no_flag)
      ->allow_extra_args(false)
      ->type_name(split.placeholder)
      ->group(group_);
}

void Arguments::positional(const std::string& name, std::string& value, const std::string& help,
                           Need need) {
  app_.add_option(name, value, help)->type_name("")->required(need == Need::kRequired);
}

void Arguments::positionals(const std::string& name, std::vector<std::string>& values,
                            const std::string& help, Need need) {
  app_.add_option(name, values, help)->type_name("")->required(need == Need::kRequired);
}

Result<int> run_command_line(std::span<const Command> commands, std::vector<std::string> words) {
  if (!words.empty())
    if (auto known = check_command(commands, words[0]); !known) return fail(known.error());
  Parser parser;
  parser.app.formatter(std::dynamic_pointer_cast<CLI::Formatter>(make_help_format()));
  parser.app.set_help_flag("-h,--help", "Print this help, or that of a command");
  parser.app.set_version_flag("--version", "joulemark " JOULEMARK_VERSION, "Print the version");
  parser.app.footer(kFooter);
  for (const auto& command : commands) declare(parser, command);
  words = with_implied(parser, std::move(words));
  if (!words.empty()) return parse_and_run(parser, reversed(commands, std::move(words)));
  print_error_text(help_of(parser.app));
  return kExitUsage;
}

}  // namespace joulemark::cli
