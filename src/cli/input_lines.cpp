// SPDX-License-Identifier: Apache-2.0
// Reads what is there and hands on whole lines.
#include "cli/input_lines.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <vector>

#include "base/descriptor.h"
#include "run/line_buffer.h"

namespace joulemark::cli {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 16;

tl::unexpected<Error> cannot_read(const std::string& file) {
  const int why = errno;
  const bool is_wrong_name = why == ENOENT || why == ENOTDIR || why == EISDIR;
  return fail(is_wrong_name ? ErrorKind::kUsage : ErrorKind::kFailed,
              fmt::format("cannot read '{}': {}", file, errno_text(why)));
}

/// Cuts what it is given into lines and counts them.
class Lines {
 public:
  Lines(const std::string& file, const LineAction& action) : file_(file), action_(action) {}

  Status append(std::string_view bytes) {
    buffer_.append(bytes);
    is_at_begin_ = bytes.ends_with('\n');
    while (const auto line = buffer_.take())
      if (auto done = hand_on(*line); !done) return done;
    if (buffer_.overflowed())
      return failure({.kind = ErrorKind::kUsage,
                      .message = fmt::format("longer than {} bytes", kMostLineBytes)});
    return {};
  }
  /// The last line, which may lack its end.
  Status finish() { return is_at_begin_ ? Status() : append("\n"); }

 private:
  Status hand_on(const std::string& line) {
    const Status done = action_(line);
    if (!done) return failure(done.error());
    ++number_;
    return {};
  }
  tl::unexpected<Error> failure(const Error& error) const {
    return fail(error.kind, fmt::format("'{}', line {}: {}", file_, number_, error.message));
  }

  const std::string& file_;
  const LineAction& action_;
  run::LineBuffer buffer_{kMostLineBytes};
  std::uint64_t number_ = 1;
  bool is_at_begin_ = true;
};

}  // namespace

Status for_each_line(const std::string& file, const LineAction& action) {
  const bool is_stdin = file == "-";
  const Descriptor opened(is_stdin ? -1 : open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  const int fd = is_stdin ? STDIN_FILENO : opened.get();
  if (fd < 0) return cannot_read(file);
  Lines lines(file, action);
  std::vector<char> chunk(kChunkBytes);
  for (;;) {
    const ssize_t n = read(fd, chunk.data(), chunk.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot_read(file);
    if (n == 0) return lines.finish();
    const auto bytes = std::string_view(chunk.data(), static_cast<std::size_t>(n));
    if (auto done = lines.append(bytes); !done) return done;
  }
}

}  // namespace joulemark::cli
