// SPDX-License-Identifier: Apache-2.0
// The part of MXNet's C interface that this plugin calls, found by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace joulemark::mx {

// Opaque types of the library, which its own interface has as void pointers.
struct NdArray;
struct Symbol;
struct Operator;
struct CachedOp;

/// mshadow's numbers of element types.
enum Type : int {
  kNoType = -1,
  kFloat = 0,
  kDouble = 1,
  kUint8 = 3,
  kInt32 = 4,
  kInt8 = 5,
  kInt64 = 6,
  kBool = 7,
};

/// The device type of host memory, here and in DLPack.
inline constexpr int kCpu = 1;

/// DLManagedTensor of DLPack as MXNet 1.x reads it.
struct DlpackTensor {
  void* data;
  int device_type;
  int device_id;
  int rank;
  std::uint8_t code;  ///< 0: signed, 1: unsigned, 2: floating
  std::uint8_t bits;
  std::uint16_t lanes;
  std::int64_t* dims;
  std::int64_t* strides;  ///< null: elements lie one behind the other
  std::uint64_t byte_offset;
  void* owner;
  void (*deleter)(DlpackTensor* self);
};

// clang-format off
// X(name, parameters): all return 0, or something else and then MXGetLastError has a text.
#define JM_MX_FUNCTIONS(X)                                                                        \
  X(MXGetVersion, (int* version))                                                                 \
  X(MXSetNumOMPThreads, (int threads))                                                            \
  X(MXSetIsNumpyShape, (int on, int* before))                                                     \
  X(MXListAllOpNames, (std::uint32_t* count, const char*** names))                                \
  X(NNGetOpHandle, (const char* name, Operator** op))                                             \
  X(MXNDArrayCreateEx64, (const std::int64_t* dims, int rank, int device, int id, int delay,      \
                          int type, NdArray** array))                                             \
  X(MXNDArrayFromDLPackEx, (DlpackTensor* tensor, bool transient, NdArray** array))               \
  X(MXNDArraySyncCopyFromCPU, (NdArray* array, const void* data, std::size_t elements))           \
  X(MXNDArrayWaitToRead, (NdArray* array))                                                        \
  X(MXNDArrayGetShapeEx64, (NdArray* array, int* rank, const std::int64_t** dims))                \
  X(MXNDArrayGetDType, (NdArray* array, int* type))                                               \
  X(MXNDArrayGetData, (NdArray* array, void** data))                                              \
  X(MXNDArrayFree, (NdArray* array))                                                              \
  X(MXImperativeInvokeEx, (Operator* op, int input_count, NdArray** inputs, int* output_count,    \
                           NdArray*** outputs, int attr_count, const char** keys,                 \
                           const char** values, const int** storage))                             \
  X(MXSymbolCreateVariable, (const char* name, Symbol** symbol))                                  \
  X(MXSymbolCreateAtomicSymbol, (Operator* op, std::uint32_t attr_count, const char** keys,       \
                                 const char** values, Symbol** symbol))                           \
  X(MXSymbolCompose, (Symbol* symbol, const char* name, std::uint32_t count, const char** keys,   \
                      Symbol** inputs))                                                           \
  X(MXSymbolCreateFromJSON, (const char* json, Symbol** symbol))                                  \
  X(MXSymbolListArguments, (Symbol* symbol, std::uint32_t* count, const char*** names))           \
  X(MXSymbolListAuxiliaryStates, (Symbol* symbol, std::uint32_t* count, const char*** names))     \
  X(MXSymbolListOutputs, (Symbol* symbol, std::uint32_t* count, const char*** names))             \
  X(MXSymbolGetInternals, (Symbol* symbol, Symbol** internals))                                   \
  X(MXSymbolCreateGroup, (std::uint32_t count, Symbol** symbols, Symbol** group))                 \
  X(MXSymbolGetOutput, (Symbol* symbol, std::uint32_t index, Symbol** output))                    \
  X(MXSymbolGetNumOutputs, (Symbol* symbol, std::uint32_t* count))                                \
  X(MXSymbolInferShapeEx64, (Symbol* symbol, std::uint32_t count, const char** keys,              \
                             const std::int64_t* begins, const std::int64_t* dims,                \
                             std::size_t* in_count, const int** in_ranks,                         \
                             const std::int64_t*** in_dims, std::size_t* out_count,               \
                             const int** out_ranks, const std::int64_t*** out_dims,               \
                             std::size_t* aux_count, const int** aux_ranks,                       \
                             const std::int64_t*** aux_dims, int* complete))                      \
  X(MXSymbolInferShapePartialEx64, (Symbol* symbol, std::uint32_t count, const char** keys,       \
                                    const std::int64_t* begins, const std::int64_t* dims,         \
                                    std::size_t* in_count, const int** in_ranks,                  \
                                    const std::int64_t*** in_dims, std::size_t* out_count,        \
                                    const int** out_ranks, const std::int64_t*** out_dims,        \
                                    std::size_t* aux_count, const int** aux_ranks,                \
                                    const std::int64_t*** aux_dims, int* complete))               \
  X(MXSymbolInferType, (Symbol* symbol, std::uint32_t count, const char** keys, const int* types, \
                        std::uint32_t* in_count, const int** in_types,                            \
                        std::uint32_t* out_count, const int** out_types,                          \
                        std::uint32_t* aux_count, const int** aux_types, int* complete))          \
  X(MXGenBackendSubgraph, (Symbol* symbol, const char* backend, Symbol** result))                 \
  X(MXSymbolSaveToJSON, (Symbol* symbol, const char** json))                                      \
  X(NNSymbolListInputNames, (Symbol* symbol, int option, std::uint32_t* count,                    \
                             const char*** names))                                                \
  X(NNSymbolFree, (Symbol* symbol))                                                               \
  X(MXCreateCachedOpEx, (Symbol* symbol, int flag_count, const char** keys, const char** values,  \
                         CachedOp** op))                                                          \
  X(MXInvokeCachedOp, (CachedOp* op, int input_count, NdArray** inputs, int* output_count,        \
                       NdArray*** outputs))                                                       \
  X(MXFreeCachedOp, (CachedOp* op))
// clang-format on

struct Api {
#define JM_MX_MEMBER(name, parameters) int(*name) parameters = nullptr;
  JM_MX_FUNCTIONS(JM_MX_MEMBER)
#undef JM_MX_MEMBER
  const char* (*MXGetLastError)() = nullptr;
};

struct Library {
  Api api;
  std::string path;
  std::string version;  ///< "1.9.1"
};

/// What a size of 0 is, to the whole process: a size, or one that is not known (and a tensor
/// without axes one of unknown rank), as it was before MXNet had the interface of NumPy.
enum class Shapes { kNumpy, kLegacy };
void set_shapes(const Api& api, Shapes shapes);

/// Opens MXNet in `folder` for so many threads; it stays open. Throws plugin::Failure. One process
/// opens it once: the number of threads is read when the library is opened.
/// Shapes are NumPy's.
Library open_library(const std::string& folder, int threads);

}  // namespace joulemark::mx
