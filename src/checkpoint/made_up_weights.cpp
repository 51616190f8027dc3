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
constexpr double kMatrixDeviation = 0.02;
constexpr double kBiasDeviation = 0.01;
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

std::uint64_t numbers_in(const ListedWeight& weight) {
  return count_parameters({weight});
}

/// A run of numbers of one tensor.
struct Piece {
  std::uint64_t stream = 0, begin = 0, numbers = 0;
  std::uint64_t offset = 0;  ///< in the file
  float scale = 0;           ///< of the noise
  float centre = 0;
};

class Plan {
 public:
  explicit Plan(const MadeUpWeights& what) : what_(what) {
    std::uint64_t at = 0;
    for (const ListedWeight& weight : what.weights) {
      const std::uint64_t end = at + numbers_in(weight) * sizeof(float);
      header_[weight.name] = {
          {"dtype", "F32"}, {"shape", weight.dims}, {"data_offsets", {at, end}}};
      at = end;
    }
    text_ = header_.dump();
    // Blanks behind the object are allowed; data that begin on a boundary are mapped faster.
    text_.resize((text_.size() + 8 + kAlignment - 1) / kAlignment * kAlignment - 8, ' ');
    bytes_ = 8 + text_.size() + at;
  }

  [[nodiscard]] std::string head() const {
    const std::uint64_t length = text_.size();
    std::string out(8, '\0');
    std::memcpy(out.data(), &length, sizeof(length));
    return out + text_;
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  [[nodiscard]] std::vector<Piece> pieces() const {
    std::vector<Piece> out;
    std::uint64_t offset = 8 + text_.size();
    for (const ListedWeight& weight : what_.weights) {
      Piece piece = first_piece(weight);
      const std::uint64_t numbers = numbers_in(weight);
      for (std::uint64_t begin = 0; begin < numbers; begin += piece.numbers) {
        piece.begin = begin;
        piece.numbers = std::min(kPiece, numbers - begin);
        piece.offset = offset + begin * sizeof(float);
        out.push_back(piece);
      }
      offset += numbers * sizeof(float);
    }
    return out;
  }

 private:
  [[nodiscard]] Piece first_piece(const ListedWeight& weight) const {
    Piece piece{.stream = stream_of(what_.seed, weight.name)};
    double deviation = kMatrixDeviation;
    if (weight.role == WeightRole::kResidual)
      deviation /= std::sqrt(2.0 * static_cast<double>(what_.layers));
    if (weight.role == WeightRole::kBias) deviation = kBiasDeviation;
    if (weight.role == WeightRole::kNorm) {
      deviation = 0;
      piece.centre = what_.norm;
    }
    piece.scale = static_cast<float>(deviation);
    return piece;
  }

  const MadeUpWeights& what_;
  nlohmann::ordered_json header_ = {{"__metadata__", {{"format", "pt"}}}};
  std::string text_;
  std::uint64_t bytes_ = 0;
};

int write_piece(int fd, const Piece& piece, std::vector<float>& buffer) {
  buffer.assign(piece.numbers, piece.centre);
  if (piece.scale != 0) {
    fill_with_noise(piece.stream, piece.begin, buffer);
    for (float& number : buffer) number *= piece.scale;
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
  const Plan plan(what);
  if (auto space = check_space(file.parent_path(), plan.bytes()); !space) return space;
  const Descriptor out(open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (out.get() < 0) return unwritable(file, errno);
  const std::string head = plan.head();
  int error = write_at(out.get(), std::as_bytes(std::span(head)), 0);
  if (error == 0) error = write_pieces(out.get(), plan.pieces(), std::max(1U, what.threads));
  if (error == 0 && fdatasync(out.get()) != 0 && errno != EINVAL) error = errno;
  if (error == 0) return {};
  std::error_code ignored;
  fs::remove(file, ignored);
  return unwritable(file, error);
}

}  // namespace joulemark::checkpoint
