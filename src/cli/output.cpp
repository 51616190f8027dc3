// SPDX-License-Identifier: Apache-2.0
// Standard output and error.
#include "cli/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "base/file.h"
#include "base/text_table.h"

namespace joulemark::cli {
namespace {

constexpr std::size_t kDefaultWidth = 120;

}  // namespace

void occupy_standard_streams() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (fcntl(fd, F_GETFD) != -1) continue;
    // The lowest free descriptor is given out, which is `fd`; the mode is the one it is not used
    // in.
    if (open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd) return;
  }
}

Result<int> print(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return kExitOk;
  return fail(errno == ENOSPC || errno == EDQUOT ? ErrorKind::kMachine : ErrorKind::kFailed,
              fmt::format("cannot write to standard output: {}", errno_text(errno)));
}

Result<int> write_text(const std::filesystem::path& file, std::string_view text) {
  if (file == "-") return print(text);
  const Status written = write_file(file, text);
  return written ? Result<int>(kExitOk) : Result<int>(fail(written.error()));
}

void print_error_text(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void print_note(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    print_error_text(fmt::format("joulemark: {}\n", text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

bool stdout_has_colour() {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  return isatty(STDOUT_FILENO) == 1 && (no_colour == nullptr || *no_colour == '\0') && !dumb;
}

std::size_t stdout_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kDefaultWidth;
  return size.ws_col;
}

std::size_t stdout_table_width() {
  return isatty(STDOUT_FILENO) == 1 ? stdout_width() : 0;
}

std::string wrap_at(std::size_t column, std::string_view text, std::size_t width) {
  std::string out = wrap(text, width > column ? width - column : 1);
  for (std::size_t at = 0; (at = out.find('\n', at)) != std::string::npos; at += column + 1)
    out.insert(at + 1, column, ' ');
  return out;
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<long long>(std::ceil(std::clamp(seconds, 0.0, 1e15)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

}  // namespace joulemark::cli
