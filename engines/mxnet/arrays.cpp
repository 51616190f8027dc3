// SPDX-License-Identifier: Apache-2.0
#include "arrays.h"

#include <cstdint>

#include "dtypes.h"
#include "mx_errors.h"

namespace joulemark::mx {
namespace {

constexpr std::uintptr_t kAlignment = 16;

/// A view for MXNet, which calls the deleter when nothing reads it any more.
struct View {
  DlpackTensor tensor{};
  Ints dims;
};

void delete_view(DlpackTensor* self) {
  delete static_cast<View*>(self->owner);
}

bool is_aligned(const void* data) {
  return reinterpret_cast<std::uintptr_t>(data) % kAlignment == 0;
}

std::uint8_t dlpack_code(Type type) {
  if (is_floating(type)) return 2;
  return type == kUint8 ? 1 : 0;
}

}  // namespace

OwnedArray borrow(const Api& api, const Elements& elements) {
  if (elements.type == kBool || elements.bytes == 0 || !is_aligned(elements.data))
    return copied(api, elements);
  auto view = std::make_unique<View>();
  view->dims = elements.dims;
  // MXNet reads only: what is bound or a weight is never an operator's result.
  view->tensor = {const_cast<void*>(elements.data),
                  kCpu,
                  0,
                  static_cast<int>(elements.dims.size()),
                  dlpack_code(elements.type),
                  static_cast<std::uint8_t>(8 * size_of(elements.type)),
                  1,
                  view->dims.data(),
                  nullptr,
                  0,
                  view.get(),
                  delete_view};
  NdArray* array = nullptr;
  check(api, Stage::kLoad, api.MXNDArrayFromDLPackEx(&view->tensor, false, &array));
  view.release();  // NOLINT(bugprone-unused-return-value): the array's now
  return {array, api.MXNDArrayFree};
}

OwnedArray copied(const Api& api, const Elements& elements) {
  NdArray* array = nullptr;
  check(api, Stage::kLoad,
        api.MXNDArrayCreateEx64(elements.dims.data(), static_cast<int>(elements.dims.size()), kCpu,
                                0, 0, elements.type, &array));
  OwnedArray owned{array, api.MXNDArrayFree};
  if (elements.bytes > 0)
    check(api, Stage::kLoad,
          api.MXNDArraySyncCopyFromCPU(array, elements.data,
                                       elements.bytes / size_of(elements.type)));
  return owned;
}

Elements elements_of(const Api& api, NdArray* array) {
  check(api, Stage::kRun, api.MXNDArrayWaitToRead(array));
  int rank = 0;
  int type = 0;
  const std::int64_t* dims = nullptr;
  check(api, Stage::kRun, api.MXNDArrayGetShapeEx64(array, &rank, &dims));
  check(api, Stage::kRun, api.MXNDArrayGetDType(array, &type));
  Elements elements{static_cast<Type>(type), {dims, dims + rank}, nullptr, size_of(Type(type))};
  for (const std::int64_t size : elements.dims) elements.bytes *= static_cast<std::size_t>(size);
  void* data = nullptr;
  if (elements.bytes > 0) check(api, Stage::kRun, api.MXNDArrayGetData(array, &data));
  elements.data = data;
  return elements;
}

}  // namespace joulemark::mx
