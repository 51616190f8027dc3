// SPDX-License-Identifier: Apache-2.0
// Elements of a TensorProto: counted first, allocated when their number fits, then filled.
#include "model/tensor_proto.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <protozero/pbf_writer.hpp>

#include "base/file.h"
#include "model/mapped_file.h"
#include "model/tensor_header.h"
#include "model/wire.h"

namespace joulemark::model {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

/// Field numbers of onnx.TensorProto.
enum Field : std::uint32_t {
  kDims = 1,
  kDataType = 2,
  kFloatData = 4,
  kInt32Data = 5,
  kStringData = 6,
  kInt64Data = 7,
  kName = 8,
  kRawData = 9,
  kDoubleData = 10,
  kUint64Data = 11,
};

tl::unexpected<Error> broken(const std::string& why) {
  return fail(ErrorKind::kFailed, "not a valid TensorProto: " + why);
}

/// The typed field that holds a type's elements, as onnx.proto assigns them.
Field typed_field(jm_dtype dtype) {
  switch (dtype) {
    case JM_FLOAT32:
    case JM_COMPLEX64:
      return kFloatData;
    case JM_FLOAT64:
    case JM_COMPLEX128:
      return kDoubleData;
    case JM_INT64:
      return kInt64Data;
    case JM_UINT32:
    case JM_UINT64:
      return kUint64Data;
    case JM_STRING:
      return kStringData;
    default:
      return kInt32Data;
  }
}

/// Bytes that one value of the typed field stands for: a packed byte for the types below 8 bits, a
/// part for complex types.
std::size_t value_bytes(jm_dtype dtype) {
  const DtypeInfo& info = dtype_info(dtype);
  const auto bits = static_cast<std::size_t>(info.bits);
  if (info.kind == ElementKind::kComplex) return bits / 16;
  return bits < 8 ? 1 : bits / 8;
}

/// Calls `visit(const void* value)` with the low bytes of each value of the field.
template <class Visit>
void for_each_value(std::string_view bytes, Field field, Visit visit) {
  wire::Reader reader = wire::message(bytes);
  while (reader.next(field)) {
    const auto type = reader.wire_type();
    if (field == kFloatData || field == kDoubleData) {
      const std::size_t size = field == kFloatData ? 4 : 8;
      if (type == wire::Type::length_delimited) {
        const std::string_view chunk = wire::view(reader);
        if (chunk.size() % size != 0) throw protozero::invalid_length_exception();
        for (std::size_t i = 0; i < chunk.size(); i += size) visit(chunk.data() + i);
      } else if (field == kFloatData && type == wire::Type::fixed32) {
        const std::uint32_t value = reader.get_fixed32();
        visit(&value);
      } else if (field == kDoubleData && type == wire::Type::fixed64) {
        const std::uint64_t value = reader.get_fixed64();
        visit(&value);
      } else {
        reader.skip();
      }
    } else if (type == wire::Type::varint || type == wire::Type::length_delimited) {
      wire::for_each_varint(reader, [&](std::uint64_t value) { visit(&value); });
    } else {
      reader.skip();
    }
  }
}

Result<HostTensor> fill_strings(std::string_view bytes, HostTensor tensor, std::size_t count) {
  std::size_t found = 0;
  wire::Reader counter = wire::message(bytes);
  while (counter.next(kStringData, wire::Type::length_delimited)) {
    counter.skip();
    ++found;
  }
  if (found != count) {
    return broken(fmt::format("'{}' holds {} strings, its shape {} needs {}", tensor.name, found,
                              format_dims(tensor.dims), count));
  }
  tensor.strings.reserve(count);
  wire::Reader reader = wire::message(bytes);
  while (reader.next(kStringData, wire::Type::length_delimited)) {
    tensor.strings.push_back(wire::text(reader));
  }
  return tensor;
}

Result<HostTensor> fill_typed(std::string_view bytes, HostTensor tensor, std::size_t size) {
  const Field field = typed_field(tensor.dtype);
  const std::size_t width = value_bytes(tensor.dtype);
  std::size_t found = 0;
  for_each_value(bytes, field, [&](const void*) { ++found; });
  if (found != size / width) {
    return broken(fmt::format("'{}' holds {} values, its shape {} needs {}", tensor.name, found,
                              format_dims(tensor.dims), size / width));
  }
  tensor.data.resize(size);
  std::byte* target = tensor.data.data();
  for_each_value(bytes, field, [&](const void* value) {
    std::memcpy(target, value, width);
    target += width;
  });
  return tensor;
}

Result<HostTensor> fill_raw(std::string_view raw, HostTensor tensor, std::size_t size) {
  if (raw.size() != size) {
    return broken(fmt::format("'{}' holds {} bytes, its shape {} of {} needs {}", tensor.name,
                              raw.size(), format_dims(tensor.dims), dtype_name(tensor.dtype),
                              size));
  }
  tensor.data.resize(size);
  if (size != 0) std::memcpy(tensor.data.data(), raw.data(), size);
  return tensor;
}

Result<HostTensor> fill_external(const TensorHeader& header, const std::filesystem::path& file_path,
                                 HostTensor tensor, std::size_t size) {
  if (file_path.empty()) return broken("its data lie in another file, which is not allowed here");
  const auto path = resolve_external(file_path, header.external->location);
  if (!path) return fail(path.error());
  const auto range = external_range(header, size);
  if (!range) return fail(range.error());
  const auto file = MappedFile::open(*path);
  if (!file) return fail(file.error());
  if (range->end > file->bytes().size()) {
    return broken(fmt::format("external data file '{}' has {} bytes, tensor '{}' needs {}",
                              path->string(), file->bytes().size(), tensor.name, range->end));
  }
  return fill_raw(file->bytes().substr(range->begin, size), std::move(tensor), size);
}

Result<HostTensor> parse(std::string_view bytes, const std::filesystem::path& file_path) {
  TensorHeader header = read_tensor_header(bytes);
  const auto dtype = dtype_from_onnx(header.onnx_dtype);
  if (!dtype) return broken(fmt::format("element type {} is unknown", header.onnx_dtype));
  if (header.segmented) return fail(ErrorKind::kUnsupported, "segmented tensors are not supported");
  const auto size = byte_size(*dtype, header.dims);
  if (!size) return broken(size.error().message);
  HostTensor tensor{header.name, *dtype, header.dims, {}, {}};
  if (*dtype == JM_STRING) {
    if (header.raw || header.external) return broken("strings cannot be raw data");
    return fill_strings(bytes, std::move(tensor), *element_count(header.dims));
  }
  if (header.external) return fill_external(header, file_path, std::move(tensor), *size);
  if (header.raw) return fill_raw(*header.raw, std::move(tensor), *size);
  return fill_typed(bytes, std::move(tensor), *size);
}

}  // namespace

Result<HostTensor> parse_tensor_proto(std::string_view bytes, const std::filesystem::path& file) {
  try {
    return parse(bytes, file);
  } catch (const protozero::exception& e) {
    return broken(fmt::format("truncated or other bytes ({})", e.what()));
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::kMachine, "out of memory");
  }
}

Result<HostTensor> read_tensor_proto(const std::filesystem::path& path) {
  const auto bytes = read_file(path);
  if (!bytes) return fail(bytes.error());
  auto tensor = parse_tensor_proto(*bytes, path);
  if (!tensor) {
    return fail(tensor.error().kind,
                fmt::format("cannot read '{}': {}", path.string(), tensor.error().message));
  }
  return tensor;
}

std::string serialize_tensor_proto(const HostTensor& tensor) {
  std::string bytes;
  protozero::pbf_writer writer(bytes);
  for (const std::int64_t dim : tensor.dims) writer.add_int64(kDims, dim);
  writer.add_int32(kDataType, static_cast<std::int32_t>(tensor.dtype));
  if (!tensor.name.empty()) writer.add_string(kName, tensor.name);
  if (tensor.dtype == JM_STRING) {
    for (const std::string& text : tensor.strings) writer.add_bytes(kStringData, text);
  } else {
    writer.add_bytes(kRawData, reinterpret_cast<const char*>(tensor.data.data()),
                     tensor.data.size());
  }
  return bytes;
}

Status write_tensor_proto(const std::filesystem::path& path, const HostTensor& tensor) {
  return write_file(path, serialize_tensor_proto(tensor));
}

}  // namespace joulemark::model
