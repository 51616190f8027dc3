// SPDX-License-Identifier: Apache-2.0
// CLI11's layout with three changes: no type decorations, no blank line doubled, wrapped text.
#include "cli/help_format.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>

#include "base/text_table.h"
#include "cli/output.h"

namespace joulemark::cli {
namespace {

/// Where descriptions begin.
constexpr std::size_t kColumn = 30;
/// Wider lines are hard to read; in narrower ones nothing would fit.
constexpr std::size_t kWidest = 110;
constexpr std::size_t kNarrowest = 60;

class HelpFormat final : public CLI::Formatter {
 public:
  std::string make_option_opts(const CLI::Option* option) const override {
    const std::string placeholder = option->get_type_name();
    return option->get_positional() || placeholder.empty() ? "" : " " + placeholder;
  }
  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return entry(make_option_name(option, is_positional) + make_option_opts(option),
                 make_option_desc(option));
  }
  std::string make_subcommand(const CLI::App* sub) const override {
    return entry(sub->get_name(), sub->get_description());
  }
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    std::string out = fmt::format("\n{}:\n", group);
    for (const CLI::Option* option : options) out += make_option(option, is_positional);
    return out;
  }
  std::string make_description(const CLI::App* app) const override {
    return wrap(app->get_description(), width()) + '\n';
  }
  std::string make_footer(const CLI::App* app) const override { return app->get_footer(); }

 private:
  static std::size_t width() { return std::clamp(stdout_width(), kNarrowest, kWidest); }

  static std::string entry(const std::string& name, const std::string& description) {
    const std::string head = "  " + name;
    const std::size_t width_of_head = display_width(head);
    const std::string gap = width_of_head + 2 <= kColumn ? std::string(kColumn - width_of_head, ' ')
                                                         : "\n" + std::string(kColumn, ' ');
    return head + gap + wrap_at(kColumn, description, width()) + '\n';
  }
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> make_help_format() {
  return std::make_shared<HelpFormat>();
}

}  // namespace joulemark::cli
