// SPDX-License-Identifier: Apache-2.0
// The three styles. The terminal's line is redrawn at events only, so nothing wakes while a window
// is open.
#include "run/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/text_table.h"
#include "run/progress_line.h"

namespace joulemark::run {
namespace {

/// Drawings in any one second.
constexpr std::size_t kMostDrawings = 5;
constexpr std::size_t kDefaultColumns = 80;

enum class Colour { kYes, kNo };

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

std::size_t columns_of(std::FILE* file) {
  winsize size{};
  if (::ioctl(::fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return kDefaultColumns;
}

/// One write per call: lines of several threads or processes do not mix.
void print(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
  std::fflush(file);
}

std::string warning_line(const Caveat& caveat, Colour colour) {
  const auto [on, off] =
      colour == Colour::kYes ? std::pair("\x1b[33m", "\x1b[0m") : std::pair("", "");
  return fmt::format("{}warning:{} {}\n", on, off, printable(caveat.message));
}

std::string left_out_line(const std::string& why, int trials) {
  return fmt::format("{}: {} further trials would not change the answer and are left out\n",
                     printable(why), trials);
}

class QuietProgress final : public Progress {
 public:
  explicit QuietProgress(std::FILE* err) : err_(err) {}
  void begin(const std::string&, int, double) override {}
  void rest_started(const std::string&) override {}
  void rest_finished(const IdleBracket&, double) override {}
  void left_out(const std::string&, int) override {}
  void trial_started(const TrialPlace&) override {}
  void cooling_down() override {}
  void phase_changed(Phase) override {}
  void trial_finished(const TrialRecord&, double) override {}
  void warning(const Caveat& caveat) override { print(err_, warning_line(caveat, Colour::kNo)); }
  void end() override {}

 private:
  std::FILE* err_;
};

class PlainProgress final : public Progress {
 public:
  explicit PlainProgress(std::FILE* err) : err_(err) {}
  void begin(const std::string& experiment, int trials, double seconds) override {
    const std::string about = seconds > 0 ? ", about " + duration_text(seconds) : std::string();
    print(err_, fmt::format("{}: {} trials{}\n", experiment, trials, about));
  }
  void rest_started(const std::string& when) override { when_ = when; }
  void rest_finished(const IdleBracket& bracket, double) override {
    print(err_, rest_line(when_, bracket) + "\n");
  }
  void left_out(const std::string& why, int trials) override {
    print(err_, left_out_line(why, trials));
  }
  void trial_started(const TrialPlace& place) override { place_ = place; }
  void cooling_down() override {}
  void phase_changed(Phase) override {}
  void trial_finished(const TrialRecord& record, double) override {
    print(err_, result_line(place_, record) + "\n");
  }
  void warning(const Caveat& caveat) override { print(err_, warning_line(caveat, Colour::kNo)); }
  void end() override {}

 private:
  std::FILE* err_;
  std::string when_;
  TrialPlace place_;
};

/// One line that is rewritten in place; failures and warnings stay above it.
class TerminalProgress final : public Progress {
 public:
  explicit TerminalProgress(std::FILE* err)
      : err_(err), colour_(is_set("NO_COLOR") ? Colour::kNo : Colour::kYes) {}
  ~TerminalProgress() override { erase(); }

  void begin(const std::string& experiment, int trials, double seconds) override {
    print(err_,
          fmt::format("{}: {} trials, about {}\n", experiment, trials, duration_text(seconds)));
    left_ = TimeLeft(trials, seconds);
  }
  void rest_started(const std::string& when) override {
    draw_line(fmt::format("{} left{}  idle {}", duration_text(left_.seconds()), watts_, when));
  }
  void rest_finished(const IdleBracket&, double elapsed_s) override { left_.rested(elapsed_s); }
  void left_out(const std::string& why, int trials) override {
    left_.fewer(trials);
    above(left_out_line(why, trials));
  }
  void trial_started(const TrialPlace& place) override { place_ = place; }
  void cooling_down() override { draw("cooling down"); }
  void phase_changed(Phase phase) override { draw(to_string(phase)); }
  void trial_finished(const TrialRecord& record, double elapsed_s) override {
    left_.finished(elapsed_s);
    if (const std::string watts = watts_text(record); !watts.empty()) watts_ = "  " + watts;
    if (record.status != TrialStatus::kOk) above(failure_line(record));
    draw(to_string(record.status));
  }
  void warning(const Caveat& caveat) override { above(warning_line(caveat, colour_)); }
  void end() override { erase(); }

 private:
  [[nodiscard]] std::string failure_line(const TrialRecord& record) const {
    const auto [on, off] =
        colour_ == Colour::kYes ? std::pair("\x1b[31m", "\x1b[0m") : std::pair("", "");
    const std::string what = fmt::format("{}  {}: {}", place_.model, place_.label, record.reason);
    return fmt::format("{}{}:{} {}\n", on, to_string(record.status), off, printable(what));
  }
  void above(const std::string& line) {
    erase();
    print(err_, line);
  }
  void erase() {
    if (std::exchange(drawn_, false)) print(err_, "\r\x1b[K");
  }
  void draw(std::string_view what) {
    draw_line(fmt::format("trial {}/{}  {} left{}  {}  {}  {}", place_.number, place_.total,
                          duration_text(left_.seconds()), watts_, what, place_.model,
                          place_.label));
  }
  void draw_line(const std::string& line) {
    const Nanoseconds now = monotonic_now();
    Nanoseconds& fifth_last = drawn_at_[drawings_ % kMostDrawings];
    if (drawings_ >= kMostDrawings && now - fifth_last < kNanosecondsPerSecond) return;
    // A character less than the width: some terminals wrap after the last column.
    print(err_, "\r" + cut_to_width(printable(line), columns_of(err_) - 1) + "\x1b[K");
    drawn_ = true;
    fifth_last = now;
    ++drawings_;
  }

  std::FILE* err_;
  Colour colour_;
  TrialPlace place_;
  TimeLeft left_{0, 0};
  std::string watts_;  ///< of the last trial that was measured
  bool drawn_ = false;
  std::array<Nanoseconds, kMostDrawings> drawn_at_{};  ///< a ring of the last times
  std::size_t drawings_ = 0;
};

}  // namespace

ProgressStyle progress_style_for(std::FILE* err) {
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb" || *term == '\0';
  return ::isatty(::fileno(err)) == 1 && !dumb ? ProgressStyle::kTerminal : ProgressStyle::kPlain;
}

std::unique_ptr<Progress> make_progress(ProgressStyle style, std::FILE* err) {
  switch (style) {
    case ProgressStyle::kTerminal:
      return std::make_unique<TerminalProgress>(err);
    case ProgressStyle::kPlain:
      return std::make_unique<PlainProgress>(err);
    case ProgressStyle::kQuiet:
      break;
  }
  return std::make_unique<QuietProgress>(err);
}

}  // namespace joulemark::run
