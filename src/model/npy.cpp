// SPDX-License-Identifier: Apache-2.0
// numpy's format (numpy.lib.format): magic, version, a Python dictionary as text, the elements.
#include "model/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <new>
#include <optional>

#include "base/file.h"
#include "model/zip.h"

namespace joulemark::model {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
/// More axes than numpy allows (64 since 2.0).
constexpr std::size_t kMaxRank = 64;

tl::unexpected<Error> broken(const std::string& why) {
  return fail(ErrorKind::kFailed, "not a valid .npy file: " + why);
}

/// The three entries of the header's dictionary, as written.
struct Header {
  std::string_view descr;
  std::string_view fortran_order;
  std::string_view shape;
};

/// The list at the front of `text`, with its outermost brackets.
std::string_view bracketed(std::string_view text) {
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '[') ++depth;
    if (text[i] == ']' && --depth == 0) return text.substr(0, i + 1);
  }
  return text;
}

/// The text behind `'key':`, up to the comma or bracket that ends it.
std::optional<std::string_view> entry(std::string_view text, std::string_view key) {
  for (const char quote : {'\'', '"'}) {
    const auto at = text.find(fmt::format("{}{}{}:", quote, key, quote));
    if (at == std::string_view::npos) continue;
    std::string_view rest = text.substr(at + key.size() + 3);
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (rest.starts_with('[')) return bracketed(rest);
    if (rest.starts_with('(')) return rest.substr(0, rest.find(')'));
    return rest.substr(0, rest.find_first_of(",}"));
  }
  return std::nullopt;
}

Result<std::vector<std::int64_t>> parse_shape(std::string_view text) {
  std::vector<std::int64_t> dims;
  if (!text.starts_with('(')) return broken("its shape is no tuple");
  text.remove_prefix(1);
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(" ,"), text.size()));
    if (text.empty()) return dims;
    std::int64_t dim = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), dim);
    if (error != std::errc() || dim < 0 || dims.size() == kMaxRank) {
      return broken("its shape is no tuple of sizes");
    }
    dims.push_back(dim);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    text.remove_prefix(text.starts_with('L') ? 1 : 0);  // Python 2 wrote sizes as 3L
  }
}

/// What a type string such as "<f4" or "|S12" means.
struct ElementFormat {
  jm_dtype dtype = JM_UNDEFINED;
  std::size_t bytes = 0;
  bool big_endian = false;
  char kind = 0;  ///< numpy's letter; 'S' and 'U' are strings
};

std::optional<jm_dtype> numeric_type(char kind, std::size_t bytes) {
  struct Row {
    char kind;
    std::size_t bytes;
    jm_dtype dtype;
  };
  static constexpr Row kRows[] = {
      {'f', 2, JM_FLOAT16},   {'f', 4, JM_FLOAT32},     {'f', 8, JM_FLOAT64}, {'b', 1, JM_BOOL},
      {'i', 1, JM_INT8},      {'i', 2, JM_INT16},       {'i', 4, JM_INT32},   {'i', 8, JM_INT64},
      {'u', 1, JM_UINT8},     {'u', 2, JM_UINT16},      {'u', 4, JM_UINT32},  {'u', 8, JM_UINT64},
      {'c', 8, JM_COMPLEX64}, {'c', 16, JM_COMPLEX128},
  };
  for (const Row& row : kRows) {
    if (row.kind == kind && row.bytes == bytes) return row.dtype;
  }
  return std::nullopt;
}

Result<ElementFormat> parse_descr(std::string_view descr) {
  constexpr std::size_t kMaxStringBytes = std::size_t{1} << 30;
  const auto unsupported = [&] {
    return fail(ErrorKind::kUnsupported,
                fmt::format("numpy type {} cannot be read; save the array as a plain number, bool "
                            "or string type",
                            descr));
  };
  if (descr.size() < 4 || (descr.front() != '\'' && descr.front() != '"')) return unsupported();
  const std::string_view text = descr.substr(1, descr.size() - 2);
  std::size_t bytes = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + text.size(), bytes);
  if (text.size() < 3 || error != std::errc() || end != text.data() + text.size()) {
    return unsupported();
  }
  ElementFormat format{JM_STRING, bytes, text[0] == '>', text[1]};
  if (format.kind == 'U' && bytes <= kMaxStringBytes / 4) format.bytes = bytes * 4;
  if (format.kind == 'S' || format.kind == 'U') {
    if (bytes > kMaxStringBytes / 4) return unsupported();
    return format;
  }
  const auto dtype = numeric_type(format.kind, bytes);
  if (!dtype) return unsupported();
  format.dtype = *dtype;
  return format;
}

/// Splits the file into header entries and elements.
Result<std::pair<Header, std::string_view>> split(std::string_view bytes) {
  if (!bytes.starts_with(kMagic) || bytes.size() < 10) return broken("it does not start like one");
  const int major = static_cast<unsigned char>(bytes[6]);
  if (major < 1 || major > 3) return broken(fmt::format("format version {} is unknown", major));
  const std::size_t start = major == 1 ? 10 : 12;
  if (bytes.size() < start) return broken("it is truncated");
  std::size_t length = 0;
  std::memcpy(&length, bytes.data() + 8, start - 8);
  if (length > bytes.size() - start) return broken("its header is truncated");
  const std::string_view text = bytes.substr(start, length);
  const auto descr = entry(text, "descr");
  const auto order = entry(text, "fortran_order");
  const auto shape = entry(text, "shape");
  if (!descr || !order || !shape) return broken("its header lacks descr, fortran_order or shape");
  return std::pair(Header{*descr, *order, *shape}, bytes.substr(start + length));
}

void append_utf8(std::uint32_t code, std::string& text) {
  const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) code = 0xfffd;
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xe0 | code >> 12);
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
    }
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

std::string decode_string(std::string_view bytes, const ElementFormat& format) {
  std::string text;
  if (format.kind == 'S') {
    text = bytes;
  } else {
    for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
      std::uint32_t code = 0;
      std::memcpy(&code, bytes.data() + i, 4);
      append_utf8(format.big_endian ? __builtin_bswap32(code) : code, text);
    }
  }
  // numpy pads with NULs and cannot tell them from text.
  text.erase(text.find_last_not_of('\0') + 1);
  return text;
}

/// Where element `index` (row-major) lies in a Fortran-ordered array.
std::size_t fortran_index(std::size_t index, const std::vector<std::int64_t>& dims) {
  std::size_t stride = 1;
  for (const std::int64_t dim : dims) stride *= static_cast<std::size_t>(dim);
  std::size_t place = 0;
  for (std::size_t axis = dims.size(); axis-- > 0;) {
    const auto dim = static_cast<std::size_t>(dims[axis]);
    stride /= dim;
    place += index % dim * stride;
    index /= dim;
  }
  return place;
}

/// Elements in place and order: copied, then transposed and byte-swapped where the file differs.
void fill_numbers(std::string_view elements, const ElementFormat& format, bool fortran,
                  HostTensor& tensor) {
  const std::size_t width = format.bytes;
  if (tensor.data.empty()) return;
  if (!fortran) {
    std::memcpy(tensor.data.data(), elements.data(), tensor.data.size());
  } else {
    for (std::size_t i = 0; i < tensor.data.size() / width; ++i) {
      std::memcpy(tensor.data.data() + i * width,
                  elements.data() + fortran_index(i, tensor.dims) * width, width);
    }
  }
  if (!format.big_endian) return;
  const std::size_t unit = format.kind == 'c' ? width / 2 : width;
  for (std::size_t i = 0; i < tensor.data.size(); i += unit) {
    std::reverse(tensor.data.begin() + static_cast<std::ptrdiff_t>(i),
                 tensor.data.begin() + static_cast<std::ptrdiff_t>(i + unit));
  }
}

Result<HostTensor> parse(std::string_view bytes) {
  const auto parts = split(bytes);
  if (!parts) return fail(parts.error());
  const auto& [header, elements] = *parts;
  const auto format = parse_descr(header.descr);
  if (!format) return fail(format.error());
  auto dims = parse_shape(header.shape);
  if (!dims) return fail(dims.error());
  const auto count = element_count(*dims);
  if (!count) return broken(count.error().message);
  std::size_t needed = 0;
  if (__builtin_mul_overflow(*count, format->bytes, &needed) || needed > elements.size()) {
    return broken(
        fmt::format("it has {} bytes of elements, its shape {} needs more; it may be "
                    "truncated",
                    elements.size(), format_dims(*dims)));
  }
  // Strings of no bytes need no elements in the file, so the count alone must be bounded.
  if (format->bytes == 0 && *count > elements.size() + 1) return broken("its strings have no size");
  auto tensor = make_tensor("", format->dtype, std::move(*dims));
  if (!tensor) return tensor;
  const bool fortran = header.fortran_order.starts_with("True") && tensor->dims.size() > 1;
  if (format->dtype != JM_STRING) {
    fill_numbers(elements, *format, fortran, *tensor);
    return tensor;
  }
  for (std::size_t i = 0; i < tensor->strings.size(); ++i) {
    const std::size_t place = fortran ? fortran_index(i, tensor->dims) : i;
    tensor->strings[i] =
        decode_string(elements.substr(place * format->bytes, format->bytes), *format);
  }
  return tensor;
}

Result<std::vector<HostTensor>> parse_members(std::string_view bytes) {
  const auto members = list_zip(bytes);
  if (!members) return fail(members.error());
  std::vector<HostTensor> tensors;
  std::uint64_t total = 0;
  for (const ZipMember& member : *members) {
    if (member.name.ends_with('/')) continue;
    total += std::min<std::uint64_t>(member.size, kMaxTensorBytes + 1);
    if (total > kMaxTensorBytes) return fail(ErrorKind::kFailed, "its arrays are too large");
    const auto text = unpack(member);
    if (!text) return fail(text.error());
    auto tensor = parse_npy(*text);
    if (!tensor) {
      return fail(tensor.error().kind,
                  fmt::format("array '{}': {}", member.name, tensor.error().message));
    }
    const bool suffixed = member.name.ends_with(".npy");
    tensor->name = member.name.substr(0, member.name.size() - (suffixed ? 4 : 0));
    tensors.push_back(std::move(*tensor));
  }
  if (tensors.empty()) return fail(ErrorKind::kFailed, "it holds no array");
  return tensors;
}

tl::unexpected<Error> in_file(const std::filesystem::path& path, const Error& error) {
  return fail(error.kind, fmt::format("cannot read '{}': {}", path.string(), error.message));
}

constexpr std::uintmax_t kMaxFileBytes = kMaxTensorBytes + (1 << 20);

}  // namespace

Result<HostTensor> parse_npy(std::string_view bytes) {
  try {
    return parse(bytes);
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::kMachine, "out of memory");
  }
}

Result<std::vector<HostTensor>> parse_npz(std::string_view bytes) {
  try {
    return parse_members(bytes);
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::kMachine, "out of memory");
  }
}

Result<HostTensor> read_npy(const std::filesystem::path& path) {
  const auto bytes = read_file(path, kMaxFileBytes);
  if (!bytes) return fail(bytes.error());
  auto tensor = parse_npy(*bytes);
  if (!tensor) return in_file(path, tensor.error());
  tensor->name = path.stem().string();
  return tensor;
}

Result<std::vector<HostTensor>> read_npz(const std::filesystem::path& path) {
  const auto bytes = read_file(path, kMaxFileBytes);
  if (!bytes) return fail(bytes.error());
  auto tensors = parse_npz(*bytes);
  if (!tensors) return in_file(path, tensors.error());
  return tensors;
}

}  // namespace joulemark::model
