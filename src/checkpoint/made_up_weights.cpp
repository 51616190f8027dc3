// SPDX-License-Identifier: Apache-2.0
// Threads take pieces of the file as they come; a counter instead of a state makes them equal.
#include "checkpoint/made_up_weights.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/descriptor.h"
#include "checkpoint/disk.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;  // numbers
constexpr std::size_t kAlignment = 64;
constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15;

/// The output function of splitmix64 (Steele, Lea & Flood 2014): a bijection that mixes well.
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111eb;
  return x ^ (x >> 31U);
}

std::uint64_t stream_of(std::uint64_t seed, const std::string& name) {
  std::uint64_t hash = mixed(seed + kGolden);
  for (const char c : name) hash = mixed(hash + static_cast<unsigned char>(c) + kGolden);
  return hash;
}

std::uint64_t numbers_in(const std::vector<std::int64_t>& dims, std::size_t from = 0) {
  std::uint64_t numbers = 1;
  for (std::size_t i = from; i < dims.size(); ++i) numbers *= static_cast<std::uint64_t>(dims[i]);
  return numbers;
}

/// A run of numbers of one tensor.
struct Piece {
  std::uint64_t stream = 0, begin = 0, numbers = 0;
  std::uint64_t offset = 0;  ///< in the file
  std::uint64_t row = 0;     ///< numbers that are balanced together; 0: none are
  float scale = 0;           ///< of the noise
  float centre = 0;
};

class Plan {
 public:
  explicit Plan(const std::vector<MadeUpWeight>& weights) : weights_(weights) {
    std::uint64_t at = 0;
    for (const MadeUpWeight& weight : weights) {
      const std::uint64_t end = at + numbers_in(weight.dims) * sizeof(float);
      header_[weight.name] = {
          {"dtype", "F32"}, {"shape", weight.dims}, {"data_offsets", {at, end}}};
      at = end;
    }
    text_ = header_.dump();
    // Blanks behind the object are allowed; data that begin on a boundary are mapped faster.
    text_.resize((text_.size() + 8 + kAlignment - 1) / kAlignment * kAlignment - 8, ' ');
    bytes_ = data() + at;
  }

  [[nodiscard]] std::string head() const {
    const std::uint64_t length = text_.size();
    std::string out(8, '\0');
    std::memcpy(out.data(), &length, sizeof(length));
    return out + text_;
  }
  /// Where the first tensor begins.
  [[nodiscard]] std::uint64_t data() const { return 8 + text_.size(); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  [[nodiscard]] std::vector<Piece> pieces(std::uint64_t seed) const {
    std::vector<Piece> out;
    std::uint64_t offset = data();
    for (const MadeUpWeight& weight : weights_) {
      Piece piece{.stream = stream_of(seed, weight.name),
                  .scale = weight.deviation,
                  .centre = weight.centre};
      if (weight.rows == Rows::kBalanced) piece.row = numbers_in(weight.dims, 1);
      const std::uint64_t numbers = numbers_in(weight.dims);
      const std::uint64_t row = std::max<std::uint64_t>(piece.row, 1);
      const std::uint64_t most = std::max<std::uint64_t>(kPiece / row, 1) * row;
      for (std::uint64_t begin = 0; begin < numbers; begin += piece.numbers) {
        piece.begin = begin;
        piece.numbers = std::min(most, numbers - begin);
        piece.offset = offset + begin * sizeof(float);
        out.push_back(piece);
      }
      offset += numbers * sizeof(float);
    }
    return out;
  }

 private:
  const std::vector<MadeUpWeight>& weights_;
  nlohmann::ordered_json header_ = {{"__metadata__", {{"format", "pt"}}}};
  std::string text_;
  std::uint64_t bytes_ = 0;
};

/// Takes the mean from each row, and gives it back the variance that goes with the mean. A product
/// with a sum could be one instruction on one machine and two on another, with other bytes; a
/// difference that is multiplied cannot.
void balance(std::span<float> numbers, std::uint64_t row, float scale) {
  const auto count = static_cast<double>(row);
  const double widened = scale * std::sqrt(count / (count - 1));
  for (std::size_t at = 0; at < numbers.size(); at += row) {
    const std::span<float> one = numbers.subspan(at, row);
    double sum = 0;
    for (const float number : one) sum += number;
    const double mean = sum / count;
    for (float& number : one) number = static_cast<float>((number - mean) * widened);
  }
}

/// In double precision the product is exact, so that one instruction or two make no difference.
void spread(std::span<float> numbers, float scale, float centre) {
  for (float& number : numbers)
    number = static_cast<float>(static_cast<double>(number) * scale + centre);
}

int write_piece(int fd, const Piece& piece, std::vector<float>& buffer) {
  buffer.assign(piece.numbers, piece.centre);
  if (piece.scale != 0) {
    fill_with_noise(piece.stream, piece.begin, buffer);
    if (piece.row > 0)
      balance(buffer, piece.row, piece.scale);
    else
      spread(buffer, piece.scale, piece.centre);
  }
  return write_at(fd, std::as_bytes(std::span(buffer)), piece.offset);
}

int write_pieces(int fd, const std::vector<Piece>& pieces, unsigned threads) {
  std::atomic<std::size_t> next{0};
  std::atomic<int> error{0};
  const auto work = [&] {
    std::vector<float> buffer;
    for (std::size_t i = next++; i < pieces.size() && error == 0; i = next++)
      if (const int failed = write_piece(fd, pieces[i], buffer)) error = failed;
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  return error;
}

}  // namespace

void fill_with_noise(std::uint64_t stream, std::uint64_t begin, std::span<float> out) {
  // Four numbers of 16 bits: mean 2 × 65535, variance 4 × (65536² - 1) / 12.
  constexpr std::int32_t kMean = 2 * 65535;
  constexpr double kDeviation = 37837.22703;
  constexpr auto kScale = static_cast<float>(1 / kDeviation);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::uint64_t bits = mixed(stream + (begin + i + 1) * kGolden);
    const std::uint64_t sum =
        (bits & 0xffff) + (bits >> 16U & 0xffff) + (bits >> 32U & 0xffff) + (bits >> 48U);
    out[i] = static_cast<float>(static_cast<std::int32_t>(sum) - kMean) * kScale;
  }
}

Status write_made_up_weights(const MadeUpWeights& what, const fs::path& file) {
  const Plan plan(what.weights);
  if (auto space = check_space(file.parent_path(), plan.bytes()); !space) return space;
  const Descriptor out(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (out.get() < 0) return unwritable(file, errno);
  const std::string head = plan.head();
  int error = write_at(out.get(), std::as_bytes(std::span(head)), 0);
  if (error == 0)
    error = write_pieces(out.get(), plan.pieces(what.seed), std::max(1U, what.threads));
  if (error == 0 && fdatasync(out.get()) != 0 && errno != EINVAL) error = errno;
  if (error == 0) return {};
  std::error_code ignored;
  fs::remove(file, ignored);
  return unwritable(file, error);
}

std::map<std::string, std::uint64_t> made_up_offsets(const std::vector<MadeUpWeight>& weights) {
  std::map<std::string, std::uint64_t> offsets;
  for (std::uint64_t at = Plan(weights).data(); const MadeUpWeight& weight : weights) {
    offsets[weight.name] = at;
    at += numbers_in(weight.dims) * sizeof(float);
  }
  return offsets;
}

std::uint64_t count_numbers(const std::vector<MadeUpWeight>& weights) {
  std::uint64_t numbers = 0;
  for (const MadeUpWeight& weight : weights) numbers += numbers_in(weight.dims);
  return numbers;
}

}  // namespace joulemark::checkpoint
