// SPDX-License-Identifier: Apache-2.0
#include "checkpoint/weights_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/descriptor.h"
#include "checkpoint/disk.h"
#include "model/mapped_file.h"
#include "model/small_float.h"

namespace joulemark::checkpoint {
namespace {

namespace fs = std::filesystem;

constexpr const char* kLinked = "model.safetensors";
constexpr const char* kWritten = "weights.bin";
constexpr std::uint64_t kAlignment = 64;
constexpr std::size_t kChunk = std::size_t{1} << 20;  // elements

std::uint64_t aligned(std::uint64_t offset) {
  return (offset + kAlignment - 1) / kAlignment * kAlignment;
}

std::uint64_t elements(const StoredTensor& stored) {
  return stored.bytes / (stored.dtype == JM_FLOAT32 ? 4 : 2);
}

/// Writes a file in order.
class Output {
 public:
  explicit Output(fs::path path)
      : path_(std::move(path)),
        file_(open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) {}

  Status write(const void* data, std::size_t bytes) {
    const std::span from(static_cast<const std::byte*>(data), bytes);
    if (const int error = write_at(file_.get(), from, at_)) return unwritable(path_, error);
    at_ += bytes;
    return {};
  }
  Status pad() {
    constexpr char kZeros[kAlignment] = {};
    return write(kZeros, aligned(at_) - at_);
  }
  Status finish() {
    if (fdatasync(file_.get()) != 0 && errno != EINVAL) return unwritable(path_, errno);
    return {};
  }
  [[nodiscard]] bool is_open() const { return file_.get() >= 0; }

 private:
  fs::path path_;
  Descriptor file_;
  std::uint64_t at_ = 0;
};

/// float16 has few enough values to list them.
const std::vector<float>& half_values() {
  static const std::vector<float> values = [] {
    std::vector<float> list(1 << 16);
    for (unsigned bits = 0; bits < list.size(); ++bits)
      list[bits] = static_cast<float>(model::widen(JM_FLOAT16, bits));
    return list;
  }();
  return values;
}

void widen(const char* from, jm_dtype dtype, std::vector<float>& to) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, from + 2 * i, sizeof(bits));
    to[i] = dtype == JM_BFLOAT16 ? std::bit_cast<float>(std::uint32_t{bits} << 16U)
                                 : half_values()[bits];
  }
}

Status write_tensor(Output& out, const StoredTensor& stored, std::string_view file) {
  const char* from = file.data() + stored.offset;
  if (stored.dtype == JM_FLOAT32) return out.write(from, stored.bytes);
  std::vector<float> chunk;
  for (std::uint64_t left = elements(stored); left > 0; left -= chunk.size()) {
    chunk.resize(std::min<std::uint64_t>(left, kChunk));
    widen(from, stored.dtype, chunk);
    from += 2 * chunk.size();
    if (auto written = out.write(chunk.data(), chunk.size() * sizeof(float)); !written)
      return written;
  }
  return {};
}

WeightPlaces plan(const WeightFiles& files, std::uint64_t& bytes) {
  WeightPlaces places{kWritten, {}};
  bytes = 0;
  for (const auto& [name, weight] : files.tensors) {
    if (!is_weight_type(weight.stored.dtype)) continue;
    places.offsets.emplace(name, bytes);
    bytes = aligned(bytes + elements(weight.stored) * sizeof(float));
  }
  return places;
}

Status write_all(const WeightFiles& files, const fs::path& path) {
  std::vector<model::MappedFile> mapped;
  for (const fs::path& file : files.files) {
    auto one = model::MappedFile::open(file);
    if (!one) return fail(one.error());
    mapped.push_back(std::move(*one));
  }
  Output out(path);
  if (!out.is_open()) return unwritable(path, errno);
  for (const auto& [name, weight] : files.tensors) {
    if (!is_weight_type(weight.stored.dtype)) continue;
    const std::string_view bytes = mapped[weight.file].bytes();
    // The header was read before; a file that has shrunk since would end the process.
    if (weight.stored.offset + weight.stored.bytes > bytes.size())
      return fail(ErrorKind::kFailed, fmt::format("'{}' has changed while it was read",
                                                  files.files[weight.file].string()));
    if (auto written = write_tensor(out, weight.stored, bytes); !written) return written;
    if (auto padded = out.pad(); !padded) return padded;
  }
  return out.finish();
}

}  // namespace

bool is_mappable(const WeightFiles& files) {
  if (files.files.size() != 1) return false;
  return std::all_of(files.tensors.begin(), files.tensors.end(), [](const auto& entry) {
    const StoredTensor& stored = entry.second.stored;
    return !is_weight_type(stored.dtype) ||
           (stored.dtype == JM_FLOAT32 && stored.offset % sizeof(float) == 0);
  });
}

Result<WeightPlaces> link_weights(const WeightFiles& files, const fs::path& folder) {
  WeightPlaces places{kLinked, {}};
  for (const auto& [name, weight] : files.tensors)
    if (is_weight_type(weight.stored.dtype)) places.offsets.emplace(name, weight.stored.offset);
  const fs::path target = folder / kLinked;
  std::error_code error;
  if (fs::exists(target, error)) return places;
  // Files of a shared cache are themselves links; what they lead to is linked.
  const fs::path source = fs::canonical(files.files.front(), error);
  if (!error) fs::create_hard_link(source, target, error);
  if (!error) return places;
  if (auto space = check_space(folder, fs::file_size(files.files.front(), error)); !space)
    return fail(space.error());
  const fs::path part = folder / (std::string(kLinked) + ".part");
  error.clear();
  fs::copy_file(files.files.front(), part, fs::copy_options::overwrite_existing, error);
  if (!error) fs::rename(part, target, error);
  if (error) return unwritable(target, error.value());
  return places;
}

Result<WeightPlaces> write_weights(const WeightFiles& files, const fs::path& folder) {
  std::uint64_t bytes = 0;
  WeightPlaces places = plan(files, bytes);
  const fs::path target = folder / kWritten;
  std::error_code error;
  if (fs::exists(target, error)) return places;
  if (auto space = check_space(folder, bytes); !space) return fail(space.error());
  const fs::path part = folder / (std::string(kWritten) + ".part");
  if (auto written = write_all(files, part); !written) {
    fs::remove(part, error);
    return fail(written.error());
  }
  fs::rename(part, target, error);
  if (error) return unwritable(target, error.value());
  return places;
}

Result<WeightPlaces> place_weights(const WeightFiles& files, const fs::path& folder) {
  return is_mappable(files) ? link_weights(files, folder) : write_weights(files, folder);
}

Result<std::uint64_t> append_to_weights(const fs::path& file, std::span<const std::byte> bytes) {
  const Descriptor out(open(file.c_str(), O_WRONLY | O_CLOEXEC));
  struct stat status {};
  if (out.get() < 0 || fstat(out.get(), &status) != 0) return unwritable(file, errno);
  const std::uint64_t begin = aligned(static_cast<std::uint64_t>(status.st_size));
  if (const int error = write_at(out.get(), bytes, begin)) return unwritable(file, error);
  return begin;
}

}  // namespace joulemark::checkpoint
