// SPDX-License-Identifier: Apache-2.0
#include "output_pump.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <vector>

#include "base/error.h"
#include "plugin_kit/status.h"

namespace joulemark::http_engine {
namespace {

constexpr std::size_t kKept = 8192;
constexpr std::size_t kLines = 5;
constexpr std::size_t kLongestLine = 200;

void make_pipe(Descriptor& read_end, Descriptor& write_end) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    plugin::fail(JM_FAILED, "cannot start the server: no pipe can be made: " + errno_text(errno));
  read_end.reset(ends[0]);
  write_end.reset(ends[1]);
}

/// Lines of `text` that say something, at most the last kLines, each in what may be shown of it.
std::vector<std::string> last_lines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < kLines) {
    const auto end = text.find_last_not_of("\n\r \t");
    if (end == std::string_view::npos) break;
    const auto before = text.find_last_of('\n', end);
    const auto begin = before == std::string_view::npos ? 0 : before + 1;
    std::string line(text.substr(begin, std::min(end + 1 - begin, kLongestLine)));
    for (char& c : line)
      if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
    lines.insert(lines.begin(), line);
    text = text.substr(0, begin);
  }
  return lines;
}

}  // namespace

OutputPump::OutputPump() {
  make_pipe(ours_, theirs_);
  make_pipe(end_read_, end_write_);
}

void OutputPump::start() {
  theirs_.reset();
  ::fcntl(ours_.get(), F_SETFL, O_NONBLOCK);
  // Signals are for the thread that runs the model.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  thread_ = std::thread([this] { pump(); });
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void OutputPump::stop() {
  end_write_.reset();
  if (thread_.joinable()) thread_.join();
}

void OutputPump::pump() {
  std::array<char, 4096> part{};
  for (;;) {
    std::array<pollfd, 2> ready{{{ours_.get(), POLLIN, 0}, {end_read_.get(), POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) return;
    const ssize_t size = ::read(ours_.get(), part.data(), part.size());
    if (size > 0) {
      keep({part.data(), static_cast<std::size_t>(size)});
    } else if (size == 0 || (errno == EAGAIN && ready[1].revents != 0)) {
      return;
    }
  }
}

void OutputPump::keep(std::string_view part) {
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, part.data(), part.size());
  const std::lock_guard lock(mutex_);
  tail_.append(part);
  if (tail_.size() > kKept) tail_.erase(0, tail_.size() - kKept);
}

std::string OutputPump::last_words() const {
  const std::lock_guard lock(mutex_);
  std::string text;
  for (const std::string& line : last_lines(tail_))
    text += (text.empty() ? "; its last lines: " : " / ") + line;
  return text;
}

}  // namespace joulemark::http_engine
