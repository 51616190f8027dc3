// SPDX-License-Identifier: Apache-2.0
// Every number of the header is checked before anything is believed.
#include "checkpoint/safetensors.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "base/descriptor.h"
#include "model/dtype.h"

static_assert(std::endian::native == std::endian::little);

namespace joulemark::checkpoint {
namespace {

using nlohmann::json;
using Tensors = std::map<std::string, StoredTensor>;

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMaxRank = 64;

constexpr std::array<std::pair<std::string_view, jm_dtype>, 15> kTypes = {{
    {"F64", JM_FLOAT64},
    {"F32", JM_FLOAT32},
    {"F16", JM_FLOAT16},
    {"BF16", JM_BFLOAT16},
    {"F8_E4M3", JM_FLOAT8E4M3FN},
    {"F8_E5M2", JM_FLOAT8E5M2},
    {"I64", JM_INT64},
    {"I32", JM_INT32},
    {"I16", JM_INT16},
    {"I8", JM_INT8},
    {"U64", JM_UINT64},
    {"U32", JM_UINT32},
    {"U16", JM_UINT16},
    {"U8", JM_UINT8},
    {"BOOL", JM_BOOL},
}};

tl::unexpected<Error> broken(std::string why) {
  return fail(ErrorKind::kFailed, std::move(why));
}

tl::unexpected<Error> broken_tensor(const std::string& name, const std::string& why) {
  return broken(fmt::format("tensor '{}' {}", name, why));
}

Result<jm_dtype> dtype_of(const std::string& name, const json& entry) {
  const auto found = entry.find("dtype");
  if (found == entry.end() || !found->is_string()) return broken_tensor(name, "has no dtype");
  const auto& word = found->get_ref<const std::string&>();
  for (const auto& [known, dtype] : kTypes)
    if (word == known) return dtype;
  return broken_tensor(name, fmt::format("has the unknown dtype '{}'", word));
}

std::optional<std::vector<std::int64_t>> numbers(const json& entry, const char* key) {
  const auto found = entry.find(key);
  if (found == entry.end() || !found->is_array() || found->size() > kMaxRank) return std::nullopt;
  std::vector<std::int64_t> values;
  for (const json& value : *found) {
    // Unsigned beyond the signed range would turn negative in get().
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > INT64_MAX) return std::nullopt;
    values.push_back(value.get<std::int64_t>());
  }
  return values;
}

Result<StoredTensor> read_entry(const std::string& name, const json& entry,
                                std::uint64_t data_offset, std::uint64_t data_bytes) {
  if (!entry.is_object()) return broken_tensor(name, "is no JSON object");
  const auto dtype = dtype_of(name, entry);
  if (!dtype) return fail(dtype.error());
  auto dims = numbers(entry, "shape");
  if (!dims) return broken_tensor(name, "has no shape of whole numbers");
  const auto range = numbers(entry, "data_offsets");
  if (!range || range->size() != 2) return broken_tensor(name, "has no pair of data_offsets");
  const auto begin = static_cast<std::uint64_t>((*range)[0]);
  const auto end = static_cast<std::uint64_t>((*range)[1]);
  if (begin > end) return broken_tensor(name, "ends before it begins");
  if (end > data_bytes)
    return broken_tensor(name, fmt::format("ends at byte {} of {}: the file is truncated; download "
                                           "it again",
                                           end, data_bytes));
  const auto size = model::byte_size(*dtype, *dims);
  if (!size) return broken_tensor(name, size.error().message);
  if (end - begin != *size)
    return broken_tensor(name,
                         fmt::format("has {} bytes, its shape {} of {} needs {}", end - begin,
                                     model::format_dims(*dims), model::dtype_name(*dtype), *size));
  return StoredTensor{*dtype, std::move(*dims), data_offset + begin, *size};
}

/// Tensors lie one behind the other and fill the data, as the format demands: bytes that belong to
/// none would be another file's, or the rest of a download.
Status check_layout(const Tensors& tensors, std::uint64_t begin, std::uint64_t end) {
  std::vector<const Tensors::value_type*> ordered;
  for (const auto& entry : tensors)
    if (entry.second.bytes > 0) ordered.push_back(&entry);
  std::sort(ordered.begin(), ordered.end(),
            [](const auto* a, const auto* b) { return a->second.offset < b->second.offset; });
  std::uint64_t at = begin;
  const std::string* before = nullptr;
  for (const auto* entry : ordered) {
    const auto& [name, stored] = *entry;
    if (stored.offset < at)
      return broken(fmt::format("tensors '{}' and '{}' overlap", *before, name));
    if (stored.offset > at)
      return broken_tensor(
          name, fmt::format("follows {} bytes that belong to no tensor", stored.offset - at));
    at = stored.offset + stored.bytes;
    before = &name;
  }
  if (at == end) return {};
  return broken(
      fmt::format("{} bytes behind the last tensor belong to none; download it again", end - at));
}

/// The header; of an object's two equal keys the parser would keep the last in silence.
Result<json> parse_header(std::string_view text) {
  std::set<std::string> names;
  std::optional<std::string> twice;
  const auto note = [&](int depth, json::parse_event_t event, json& value) {
    if (depth == 1 && event == json::parse_event_t::key &&
        !names.insert(value.get_ref<const std::string&>()).second)
      twice = value.get_ref<const std::string&>();
    return true;
  };
  json header = json::parse(text, note, false);
  if (!header.is_object()) return broken("its header is no JSON object");
  if (twice) return broken_tensor(*twice, "is in the header twice");
  return header;
}

tl::unexpected<Error> unreadable(const std::filesystem::path& path, const std::string& why) {
  return fail(ErrorKind::kFailed, fmt::format("cannot read '{}': {}", path.string(), why));
}

bool read_exactly(int fd, char* to, std::size_t bytes, off_t at) {
  while (bytes > 0) {
    const ssize_t n = pread(fd, to, bytes, at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    to += n;
    at += n;
    bytes -= static_cast<std::size_t>(n);
  }
  return true;
}

/// The JSON text behind the length; the message does not name the file.
Result<std::string> read_json(int fd, std::uint64_t file_bytes) {
  std::uint64_t length = 0;
  std::array<char, kLengthBytes> raw{};
  if (file_bytes < kLengthBytes || !read_exactly(fd, raw.data(), raw.size(), 0))
    return broken("it is truncated: a safetensors file has at least 8 bytes");
  std::memcpy(&length, raw.data(), raw.size());
  if (length > kMaxSafetensorsHeader)
    return broken(
        fmt::format("its header claims {} bytes, at most {} are allowed; it is no "
                    "safetensors file",
                    length, kMaxSafetensorsHeader));
  if (length > file_bytes - kLengthBytes)
    return broken(
        fmt::format("it is truncated: its header of {} bytes does not fit in a file of "
                    "{}; download it again",
                    length, file_bytes));
  std::string text(length, '\0');
  if (!read_exactly(fd, text.data(), text.size(), kLengthBytes))
    return broken("its header cannot be read");
  return text;
}

}  // namespace

std::string_view safetensors_dtype(jm_dtype dtype) {
  for (const auto& [word, known] : kTypes)
    if (known == dtype) return word;
  return {};
}

Result<Tensors> parse_safetensors_header(std::string_view text, std::uint64_t data_offset,
                                         std::uint64_t data_bytes) {
  const auto header = parse_header(text);
  if (!header) return fail(header.error());
  Tensors tensors;
  for (const auto& [name, entry] : header->items()) {
    if (name == "__metadata__") continue;
    auto tensor = read_entry(name, entry, data_offset, data_bytes);
    if (!tensor) return fail(tensor.error());
    tensors.emplace(name, std::move(*tensor));
  }
  if (auto good = check_layout(tensors, data_offset, data_offset + data_bytes); !good)
    return fail(good.error());
  return tensors;
}

Result<Tensors> read_safetensors_header(const std::filesystem::path& path) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || fstat(file.get(), &status) != 0) return unreadable(path, errno_text(errno));
  if (!S_ISREG(status.st_mode)) return unreadable(path, "it is not a regular file");
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  const auto text = read_json(file.get(), bytes);
  if (!text) return unreadable(path, text.error().message);
  const std::uint64_t begin = kLengthBytes + text->size();
  auto tensors = parse_safetensors_header(*text, begin, bytes - begin);
  if (!tensors) return unreadable(path, tensors.error().message);
  return tensors;
}

}  // namespace joulemark::checkpoint
