// SPDX-License-Identifier: Apache-2.0
// The part of ONNX Runtime's C interface that this plugin calls, declared by slot.
//
// The interface is one table of function pointers, OrtApi. It only ever grows: a slot keeps its
// function for all versions, so that its number and its signature are facts to state here, and no
// header of ONNX Runtime is needed to build. ort_api_check.cpp compares the numbers with the
// official header where there is one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace joulemark::ort {

// Opaque types of the library.
struct Env;
struct Status;
struct MemoryInfo;
struct Session;
struct Value;
struct RunOptions;
struct TypeInfo;
struct TensorInfo;
struct SessionOptions;
struct Allocator;
struct AssignedSubgraph;
struct AssignedNode;

/// OrtErrorCode.
enum ErrorCode : int {
  kOk = 0,
  kFail = 1,
  kInvalidArgument = 2,
  kNoSuchFile = 3,
  kNoModel = 4,
  kEngineError = 5,
  kRuntimeException = 6,
  kInvalidProtobuf = 7,
  kModelLoaded = 8,
  kNotImplemented = 9,
  kInvalidGraph = 10,
  kEpFail = 11,
};

/// ONNXType.
enum ValueKind : int { kTensor = 1, kSequence = 2, kMap = 3, kSparseTensor = 5, kOptional = 6 };

inline constexpr int kLoggingError = 3;
inline constexpr int kSequential = 0;
inline constexpr int kDeviceAllocator = 0;
inline constexpr int kMemoryDefault = 0;

/// Minor version (1.X) that is asked for and needed: the first that has every slot without a later
/// one beside it.
inline constexpr int kOldestVersion = 16;

// clang-format off
// X(slot, first 1.X version, return type, name in OrtApi, parameters)
#define JM_ORT_FUNCTIONS(X)                                                                        \
  X(1, 1, int, GetErrorCode, (const Status*))                                                      \
  X(2, 1, const char*, GetErrorMessage, (const Status*))                                           \
  X(3, 1, Status*, CreateEnv, (int level, const char* id, Env**))                                  \
  X(7, 1, Status*, CreateSession, (const Env*, const char* path, const SessionOptions*, Session**)) \
  X(9, 1, Status*, Run,                                                                            \
    (Session*, const RunOptions*, const char* const* input_names, const Value* const* inputs,      \
     std::size_t input_count, const char* const* output_names, std::size_t output_count,           \
     Value** outputs))                                                                             \
  X(10, 1, Status*, CreateSessionOptions, (SessionOptions**))                                      \
  X(13, 1, Status*, SetSessionExecutionMode, (SessionOptions*, int mode))                          \
  X(19, 1, Status*, DisableCpuMemArena, (SessionOptions*))                                         \
  X(23, 1, Status*, SetSessionGraphOptimizationLevel, (SessionOptions*, int level))                \
  X(24, 1, Status*, SetIntraOpNumThreads, (SessionOptions*, int threads))                          \
  X(25, 1, Status*, SetInterOpNumThreads, (SessionOptions*, int threads))                          \
  X(30, 1, Status*, SessionGetInputCount, (const Session*, std::size_t*))                          \
  X(31, 1, Status*, SessionGetOutputCount, (const Session*, std::size_t*))                         \
  X(33, 1, Status*, SessionGetInputTypeInfo, (const Session*, std::size_t index, TypeInfo**))      \
  X(34, 1, Status*, SessionGetOutputTypeInfo, (const Session*, std::size_t index, TypeInfo**))     \
  X(36, 1, Status*, SessionGetInputName, (const Session*, std::size_t index, Allocator*, char**))  \
  X(37, 1, Status*, SessionGetOutputName, (const Session*, std::size_t index, Allocator*, char**)) \
  X(48, 1, Status*, CreateTensorAsOrtValue,                                                        \
    (Allocator*, const std::int64_t* dims, std::size_t rank, int type, Value**))                   \
  X(49, 1, Status*, CreateTensorWithDataAsOrtValue,                                                \
    (const MemoryInfo*, void* data, std::size_t bytes, const std::int64_t* dims, std::size_t rank, \
     int type, Value**))                                                                           \
  X(51, 1, Status*, GetTensorMutableData, (Value*, void**))                                        \
  X(53, 1, Status*, GetStringTensorDataLength, (const Value*, std::size_t*))                       \
  X(54, 1, Status*, GetStringTensorContent,                                                        \
    (const Value*, void* text, std::size_t bytes, std::size_t* offsets, std::size_t count))        \
  X(55, 1, Status*, CastTypeInfoToTensorInfo, (const TypeInfo*, const TensorInfo**))               \
  X(56, 1, Status*, GetOnnxTypeFromTypeInfo, (const TypeInfo*, int*))                              \
  X(60, 1, Status*, GetTensorElementType, (const TensorInfo*, int*))                               \
  X(61, 1, Status*, GetDimensionsCount, (const TensorInfo*, std::size_t*))                         \
  X(62, 1, Status*, GetDimensions, (const TensorInfo*, std::int64_t*, std::size_t))                \
  X(65, 1, Status*, GetTensorTypeAndShape, (const Value*, TensorInfo**))                           \
  X(67, 1, Status*, GetValueType, (const Value*, int*))                                            \
  X(69, 1, Status*, CreateCpuMemoryInfo, (int allocator, int type, MemoryInfo**))                  \
  X(76, 1, Status*, AllocatorFree, (Allocator*, void*))                                            \
  X(78, 1, Status*, GetAllocatorWithDefaultOptions, (Allocator**))                                 \
  X(92, 1, void, ReleaseEnv, (Env*))                                                               \
  X(93, 1, void, ReleaseStatus, (Status*))                                                         \
  X(94, 1, void, ReleaseMemoryInfo, (MemoryInfo*))                                                 \
  X(95, 1, void, ReleaseSession, (Session*))                                                       \
  X(96, 1, void, ReleaseValue, (Value*))                                                           \
  X(98, 1, void, ReleaseTypeInfo, (TypeInfo*))                                                     \
  X(99, 1, void, ReleaseTensorTypeAndShapeInfo, (TensorInfo*))                                     \
  X(100, 1, void, ReleaseSessionOptions, (SessionOptions*))                                        \
  X(125, 4, Status*, GetAvailableProviders, (char*** names, int* count))                           \
  X(126, 4, Status*, ReleaseAvailableProviders, (char** names, int count))                         \
  X(130, 5, Status*, AddSessionConfigEntry, (SessionOptions*, const char* key, const char* value)) \
  X(192, 10, Status*, HasValue, (const Value*, int*))                                              \
  X(252, 15, Status*, GetResizedStringTensorElementBuffer,                                         \
    (Value*, std::size_t index, std::size_t bytes, char** buffer))                                 \
  X(254, 15, const char*, GetBuildInfoString, ())                                                  \
  X(390, 24, bool, TensorTypeAndShape_HasShape, (const TensorInfo*))                               \
  X(407, 24, Status*, Session_GetEpGraphAssignmentInfo,                                            \
    (const Session*, const AssignedSubgraph* const**, std::size_t*))                               \
  X(408, 24, Status*, EpAssignedSubgraph_GetEpName, (const AssignedSubgraph*, const char**))       \
  X(409, 24, Status*, EpAssignedSubgraph_GetNodes,                                                 \
    (const AssignedSubgraph*, const AssignedNode* const**, std::size_t*))
// clang-format on

/// The functions by name. One that the library is too old for is null.
struct Api {
#define JM_ORT_MEMBER(slot, since, result, name, parameters) result(*name) parameters = nullptr;
  JM_ORT_FUNCTIONS(JM_ORT_MEMBER)
#undef JM_ORT_MEMBER
};

/// An opened library.
struct Library {
  Api api;
  std::string version;  ///< "1.31.1"
  std::string path;
  int minor = 0;  ///< 31
};

/// Opens the newest `libonnxruntime.so*` in `folder` and reads its table. Throws plugin::Failure:
/// JM_LIBRARY_MISSING, JM_LIBRARY_UNUSABLE.
Library open_library(const std::string& folder);

}  // namespace joulemark::ort
