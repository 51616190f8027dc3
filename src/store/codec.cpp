// SPDX-License-Identifier: Apache-2.0
// A count is believed only as far as bytes are left for it: no allocation by a number alone.
#include "store/codec.h"

#include <fmt/format.h>
#include <zstd.h>

#include <bit>
#include <memory>
#include <optional>

namespace joulemark::store {
namespace {

/// Fast, and within a few percent of the densest level on durations.
constexpr int kLevel = 3;

// ---- zstd

tl::unexpected<std::string> too_large() {
  return tl::unexpected<std::string>(fmt::format("more than {} MiB", kMaxUnpackedBytes >> 20));
}

Decoded<std::string> compress_anew(std::string_view bytes) {
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(size) != 0) return tl::unexpected<std::string>(ZSTD_getErrorName(size));
  packed.resize(size);
  return packed;
}

/// Nothing, and a list of no elements, are half of what a store of imported trials holds, and
/// compressing them costs as much as all else of a trial.
struct Usual {
  std::string zero = std::string(1, '\0');
  Decoded<std::string> nothing = compress_anew({});
  Decoded<std::string> no_elements = compress_anew(zero);
};

const Usual& usual() {
  static const Usual values;
  return values;
}

Decoded<std::string> compress(std::string_view bytes) {
  if (bytes.size() > kMaxUnpackedBytes) return too_large();
  if (bytes.empty()) return usual().nothing;
  if (bytes == usual().zero) return usual().no_elements;
  return compress_anew(bytes);
}

/// Unpacks in a stream: memory grows with what really comes out, not with what the header claims.
Decoded<std::string> decompress(std::string_view blob) {
  if (blob == usual().nothing) return std::string();
  if (blob == usual().no_elements) return usual().zero;
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                     &ZSTD_freeDCtx);
  std::string bytes;
  std::string piece(ZSTD_DStreamOutSize(), '\0');
  ZSTD_inBuffer in{blob.data(), blob.size(), 0};
  for (;;) {
    ZSTD_outBuffer out{piece.data(), piece.size(), 0};
    const std::size_t left = ZSTD_decompressStream(context.get(), &out, &in);
    if (ZSTD_isError(left) != 0) return tl::unexpected<std::string>(ZSTD_getErrorName(left));
    if (bytes.size() + out.pos > kMaxUnpackedBytes) return too_large();
    bytes.append(piece, 0, out.pos);
    if (left == 0) break;
    if (in.pos == in.size && out.pos < piece.size())
      return tl::unexpected<std::string>("it ends too early");
  }
  if (in.pos != in.size) return tl::unexpected<std::string>("bytes follow its end");
  return bytes;
}

// ---- numbers

void put_unsigned(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out += static_cast<char>(value | 0x80);
    value >>= 7;
  }
  out += static_cast<char>(value);
}

/// Zigzag of the difference, modulo 2^64, so that no pair of values overflows.
void put_step(std::string& out, std::int64_t before, std::int64_t now) {
  const auto step = static_cast<std::int64_t>(static_cast<std::uint64_t>(now) -
                                              static_cast<std::uint64_t>(before));
  put_unsigned(out,
               (static_cast<std::uint64_t>(step) << 1) ^ static_cast<std::uint64_t>(step >> 63));
}

void put_text(std::string& out, const std::string& text) {
  put_unsigned(out, text.size());
  out += text;
}

void put_double(std::string& out, double value) {
  auto bits = std::bit_cast<std::uint64_t>(value);
  for (int i = 0; i < 8; ++i, bits >>= 8) out += static_cast<char>(bits & 0xff);
}

/// Reads a byte string from its start; after the first failure everything fails.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::uint64_t unsigned_number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return broken();
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    return broken();
  }
  std::int64_t step_from(std::int64_t before) {
    const std::uint64_t zigzag = unsigned_number();
    const std::uint64_t step = (zigzag >> 1) ^ (~(zigzag & 1) + 1);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(before) + step);
  }
  /// A number of things that take at least `bytes_each` bytes.
  std::size_t count(std::size_t bytes_each) {
    const std::uint64_t value = unsigned_number();
    if (value > rest_.size() / bytes_each) return broken();
    return value;
  }
  std::string text() {
    const std::size_t size = count(1);
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return text;
  }
  double real() {
    if (rest_.size() < 8) return static_cast<double>(broken());
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i)
      bits |= static_cast<std::uint64_t>(static_cast<unsigned char>(rest_[i])) << (8 * i);
    rest_.remove_prefix(8);
    return std::bit_cast<double>(bits);
  }
  /// Whether all of it was read, and all was well.
  [[nodiscard]] bool done() const { return !broken_ && rest_.empty(); }
  [[nodiscard]] bool is_broken() const { return broken_; }

 private:
  std::uint64_t broken() {
    broken_ = true;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool broken_ = false;
};

tl::unexpected<std::string> contradiction() {
  return tl::unexpected<std::string>("its numbers contradict each other");
}

Series read_series(Reader& reader) {
  Series series;
  series.name = reader.text();
  series.unit = reader.text();
  // A time of at least one byte and a value of eight.
  series.samples.resize(reader.count(9));
  std::int64_t t = 0;
  for (Sample& sample : series.samples) sample.t_ns = t = reader.step_from(t);
  for (Sample& sample : series.samples) sample.value = reader.real();
  return series;
}

}  // namespace

Decoded<std::string> encode_durations(const std::vector<std::int64_t>& durations_ns) {
  std::string bytes;
  bytes.reserve(durations_ns.size() * 3 + 10);
  put_unsigned(bytes, durations_ns.size());
  std::int64_t before = 0;
  for (const std::int64_t duration : durations_ns) {
    put_step(bytes, before, duration);
    before = duration;
  }
  return compress(bytes);
}

Decoded<std::vector<std::int64_t>> decode_durations(std::string_view blob) {
  const auto bytes = decompress(blob);
  if (!bytes) return tl::unexpected<std::string>(bytes.error());
  Reader reader(*bytes);
  std::vector<std::int64_t> durations(reader.count(1));
  std::int64_t before = 0;
  for (std::int64_t& duration : durations) duration = before = reader.step_from(before);
  if (!reader.done()) return contradiction();
  return durations;
}

Decoded<std::string> encode_series(const std::vector<Series>& all) {
  std::string bytes;
  put_unsigned(bytes, all.size());
  for (const Series& series : all) {
    put_text(bytes, series.name);
    put_text(bytes, series.unit);
    put_unsigned(bytes, series.samples.size());
    std::int64_t before = 0;
    for (const Sample& sample : series.samples) {
      put_step(bytes, before, sample.t_ns);
      before = sample.t_ns;
    }
    for (const Sample& sample : series.samples) put_double(bytes, sample.value);
  }
  return compress(bytes);
}

Decoded<std::vector<Series>> decode_series(std::string_view blob) {
  const auto bytes = decompress(blob);
  if (!bytes) return tl::unexpected<std::string>(bytes.error());
  Reader reader(*bytes);
  std::vector<Series> all;
  // Name, unit and number of samples are one byte each at least.
  const std::size_t count = reader.count(3);
  for (std::size_t i = 0; i < count && !reader.is_broken(); ++i) all.push_back(read_series(reader));
  if (!reader.done()) return contradiction();
  return all;
}

Decoded<std::string> encode_text(std::string_view text) {
  return compress(text);
}

Decoded<std::string> decode_text(std::string_view blob) {
  return decompress(blob);
}

}  // namespace joulemark::store
