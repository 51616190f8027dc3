// SPDX-License-Identifier: Apache-2.0
// A list of arrays, then a list of their names. An array begins with a number that tells its
// layout, the first versions' with its rank.
#include "model/mxnet_params.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <set>

#include "model/dtype.h"

namespace joulemark::model {
namespace {

constexpr std::uint64_t kListMark = 0x112;
constexpr std::uint32_t kSizesOf64Bits = 0xF993FAC8;
constexpr std::uint32_t kWithStorage = 0xF993FAC9;
constexpr std::uint32_t kWithNumpySizes = 0xF993FACA;  ///< rank 0 is a number, not nothing
constexpr std::int32_t kDense = 0;
constexpr std::uint32_t kMaxRank = 32;

/// By MXNet's number.
constexpr std::array kTypes = {JM_FLOAT32, JM_FLOAT64, JM_FLOAT16, JM_UINT8, JM_INT32,
                               JM_INT8,    JM_INT64,   JM_BOOL,    JM_INT16, JM_UINT16,
                               JM_UINT32,  JM_UINT64,  JM_BFLOAT16};

/// What of the bytes is not read yet.
class Rest {
 public:
  explicit Rest(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  std::optional<T> number() {
    const auto part = take(sizeof(T));
    if (!part) return std::nullopt;
    T value{};
    std::memcpy(&value, part->data(), sizeof(T));
    return value;
  }

  std::optional<std::string_view> take(std::uint64_t count) {
    if (count > bytes_.size()) return std::nullopt;
    const std::string_view part = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return part;
  }

  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

tl::unexpected<Error> broken(std::string why) {
  return fail(ErrorKind::kFailed, std::move(why));
}

tl::unexpected<Error> cut(std::uint64_t array) {
  return broken(fmt::format("it ends in the middle of array {}; copy the whole file", array));
}

/// Nothing where the file ends first.
template <class Size>
std::optional<std::vector<std::int64_t>> read_sizes(Rest& rest, std::uint32_t rank) {
  std::vector<std::int64_t> dims;
  for (std::uint32_t i = 0; i < rank; ++i) {
    const auto size = rest.number<Size>();
    if (!size) return std::nullopt;
    dims.push_back(static_cast<std::int64_t>(*size));
  }
  return dims;
}

Result<std::vector<std::int64_t>> read_dims(Rest& rest, std::uint32_t mark, std::uint64_t array) {
  const bool sized = mark == kSizesOf64Bits || mark == kWithStorage || mark == kWithNumpySizes;
  const auto rank = sized ? rest.number<std::uint32_t>() : std::optional(mark);
  if (!rank) return cut(array);
  if (*rank > kMaxRank) return broken(fmt::format("array {} has no rank", array));
  auto dims =
      sized ? read_sizes<std::int64_t>(rest, *rank) : read_sizes<std::uint32_t>(rest, *rank);
  if (!dims) return cut(array);
  return *std::move(dims);
}

/// The element type, behind the device that the array was on.
Result<jm_dtype> read_type(Rest& rest, std::uint64_t array) {
  const auto device = rest.number<std::int64_t>();
  const auto type = rest.number<std::int32_t>();
  if (!device || !type) return cut(array);
  if (*type < 0 || static_cast<std::size_t>(*type) >= kTypes.size())
    return fail(
        ErrorKind::kUnsupported,
        fmt::format("array {} has element type {}, which nothing is known of", array, *type));
  return kTypes[static_cast<std::size_t>(*type)];
}

Result<MxnetArray> read_array(Rest& rest, std::uint64_t index) {
  const auto mark = rest.number<std::uint32_t>();
  if (!mark) return cut(index);
  if (*mark == kWithStorage || *mark == kWithNumpySizes) {
    const auto storage = rest.number<std::int32_t>();
    if (!storage) return cut(index);
    if (*storage != kDense)
      return fail(ErrorKind::kUnsupported,
                  fmt::format("array {} is sparse; save it as a dense one", index));
  }
  auto dims = read_dims(rest, *mark, index);
  if (!dims) return fail(dims.error());
  if (dims->empty() && *mark != kWithNumpySizes)
    return broken(fmt::format("array {} is empty: it was never initialised", index));
  const auto dtype = read_type(rest, index);
  if (!dtype) return fail(dtype.error());
  const auto bytes = byte_size(*dtype, *dims);
  if (!bytes) return broken(fmt::format("array {}: {}", index, bytes.error().message));
  const auto data = rest.take(*bytes);
  if (!data) return cut(index);
  return MxnetArray{"", *dtype, *std::move(dims), *data};
}

std::string_view without_kind(std::string_view name) {
  const bool has_kind = name.starts_with("arg:") || name.starts_with("aux:");
  return has_kind ? name.substr(4) : name;
}

Status read_names(Rest& rest, std::vector<MxnetArray>& arrays) {
  const auto count = rest.number<std::uint64_t>();
  if (!count) return broken("it ends before the names of its arrays; copy the whole file");
  if (*count != arrays.size())
    return broken(fmt::format("it has {} arrays and {} names; save it with a name for each",
                              arrays.size(), *count));
  std::set<std::string_view> seen;
  for (MxnetArray& array : arrays) {
    const auto length = rest.number<std::uint64_t>();
    const auto name = length ? rest.take(*length) : std::nullopt;
    if (!name) return broken("it ends in the middle of the names of its arrays");
    array.name = without_kind(*name);
    if (!seen.insert(array.name).second)
      return broken(fmt::format("it has two arrays '{}'", array.name));
  }
  return {};
}

}  // namespace

Result<std::vector<MxnetArray>> parse_mxnet_params(std::string_view bytes) {
  Rest rest(bytes);
  const auto mark = rest.number<std::uint64_t>();
  const auto reserved = rest.number<std::uint64_t>();
  const auto count = rest.number<std::uint64_t>();
  if (!mark || *mark != kListMark) return broken("it is no file of parameters of MXNet");
  if (!reserved || !count) return cut(0);
  std::vector<MxnetArray> arrays;
  arrays.reserve(std::min<std::uint64_t>(*count, rest.size() / sizeof(std::uint64_t)));
  for (std::uint64_t i = 0; i < *count; ++i) {
    auto array = read_array(rest, i);
    if (!array) return fail(array.error());
    arrays.push_back(*std::move(array));
  }
  if (auto named = read_names(rest, arrays); !named) return fail(named.error());
  return arrays;
}

}  // namespace joulemark::model
