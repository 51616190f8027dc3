// SPDX-License-Identifier: Apache-2.0
// The part of TensorFlow's C interface that this plugin calls, found by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace joulemark::tf {

// Opaque types of the library.
struct Status;
struct Graph;
struct Operation;
struct OperationDescription;
struct Session;
struct SessionOptions;
struct Tensor;
struct Function;
struct FunctionOptions;

/// TF_Output: one result of an operation; without one where `op` is null.
struct Output {
  Operation* op = nullptr;
  int index = 0;
};
/// TF_Buffer.
struct Buffer {
  const void* data;
  std::size_t length;
  void (*deallocator)(void* data, std::size_t length);
};

/// TF_Code.
enum Code : int {
  kOk = 0,
  kInvalidArgument = 3,
  kNotFound = 5,
  kResourceExhausted = 8,
  kUnimplemented = 12,
};

/// TF_DataType.
enum Type : int {
  kNoType = 0,
  kFloat = 1,
  kDouble = 2,
  kInt32 = 3,
  kUint8 = 4,
  kInt16 = 5,
  kInt8 = 6,
  kString = 7,
  kComplex64 = 8,
  kInt64 = 9,
  kBool = 10,
  kBfloat16 = 14,
  kUint16 = 17,
  kComplex128 = 18,
  kHalf = 19,
  kVariant = 21,
  kUint32 = 22,
  kUint64 = 23,
};

/// What gives the memory of a tensor back.
using Deallocator = void (*)(void* data, std::size_t length, void* argument);

// clang-format off
// X(return type, name, parameters)
#define JM_TF_FUNCTIONS(X)                                                                        \
  X(const char*, TF_Version, ())                                                                  \
  X(Status*, TF_NewStatus, ())                                                                    \
  X(void, TF_DeleteStatus, (Status*))                                                             \
  X(Code, TF_GetCode, (const Status*))                                                            \
  X(const char*, TF_Message, (const Status*))                                                     \
  X(Buffer*, TF_NewBufferFromString, (const void* bytes, std::size_t length))                     \
  X(Buffer*, TF_NewBuffer, ())                                                                    \
  X(void, TF_DeleteBuffer, (Buffer*))                                                             \
  X(Tensor*, TF_NewTensor,                                                                        \
    (Type, const std::int64_t* dims, int rank, void* data, std::size_t length, Deallocator,       \
     void* argument))                                                                             \
  X(Tensor*, TF_AllocateTensor,                                                                   \
    (Type, const std::int64_t* dims, int rank, std::size_t length))                               \
  X(void, TF_DeleteTensor, (Tensor*))                                                             \
  X(Type, TF_TensorType, (const Tensor*))                                                         \
  X(int, TF_NumDims, (const Tensor*))                                                             \
  X(std::int64_t, TF_Dim, (const Tensor*, int))                                                   \
  X(std::size_t, TF_TensorByteSize, (const Tensor*))                                              \
  X(void*, TF_TensorData, (const Tensor*))                                                        \
  X(Graph*, TF_NewGraph, ())                                                                      \
  X(void, TF_DeleteGraph, (Graph*))                                                               \
  X(OperationDescription*, TF_NewOperation, (Graph*, const char* type, const char* name))         \
  X(void, TF_AddInput, (OperationDescription*, Output))                                           \
  X(void, TF_AddInputList, (OperationDescription*, const Output*, int count))                     \
  X(void, TF_SetAttrString,                                                                       \
    (OperationDescription*, const char* name, const void* text, std::size_t length))              \
  X(void, TF_SetAttrInt, (OperationDescription*, const char* name, std::int64_t))                 \
  X(void, TF_SetAttrIntList,                                                                      \
    (OperationDescription*, const char* name, const std::int64_t*, int count))                    \
  X(void, TF_SetAttrFloat, (OperationDescription*, const char* name, float))                      \
  X(void, TF_SetAttrBool, (OperationDescription*, const char* name, unsigned char))               \
  X(void, TF_SetAttrType, (OperationDescription*, const char* name, Type))                        \
  X(void, TF_SetAttrTypeList,                                                                     \
    (OperationDescription*, const char* name, const Type*, int count))                            \
  X(void, TF_SetAttrFuncName,                                                                     \
    (OperationDescription*, const char* name, const char* function, std::size_t length))          \
  X(void, TF_SetAttrShapeList,                                                                    \
    (OperationDescription*, const char* name, const std::int64_t* const* dims, const int* ranks,  \
     int count))                                                                                  \
  X(void, TF_SetAttrShape,                                                                        \
    (OperationDescription*, const char* name, const std::int64_t* dims, int rank))                \
  X(void, TF_SetAttrTensor, (OperationDescription*, const char* name, Tensor*, Status*))          \
  X(Operation*, TF_FinishOperation, (OperationDescription*, Status*))                             \
  X(Operation*, TF_GraphOperationByName, (Graph*, const char* name))                              \
  X(Operation*, TF_GraphNextOperation, (Graph*, std::size_t* position))                           \
  X(const char*, TF_OperationOpType, (Operation*))                                                \
  X(int, TF_OperationNumOutputs, (Operation*))                                                    \
  X(Type, TF_OperationOutputType, (Output))                                                       \
  X(int, TF_GraphGetTensorNumDims, (Graph*, Output, Status*))                                     \
  X(void, TF_GraphGetTensorShape, (Graph*, Output, std::int64_t* dims, int rank, Status*))        \
  X(void, TF_GraphSetTensorShape,                                                                 \
    (Graph*, Output, const std::int64_t* dims, int rank, Status*))                                \
  X(unsigned char, TF_TryEvaluateConstant, (Graph*, Output, Tensor**, Status*))                   \
  X(Function*, TF_GraphToFunction,                                                                \
    (const Graph*, const char* name, unsigned char append_hash, int operation_count,              \
     const Operation* const* operations, int input_count, const Output* inputs, int output_count, \
     const Output* outputs, const char* const* output_names, const FunctionOptions*,              \
     const char* description, Status*))                                                           \
  X(void, TF_GraphCopyFunction,                                                                   \
    (Graph*, const Function*, const Function* gradient, Status*))                                 \
  X(void, TF_DeleteFunction, (Function*))                                                         \
  X(SessionOptions*, TF_NewSessionOptions, ())                                                    \
  X(void, TF_DeleteSessionOptions, (SessionOptions*))                                             \
  X(void, TF_SetConfig,                                                                           \
    (SessionOptions*, const void* config, std::size_t length, Status*))                           \
  X(Session*, TF_NewSession, (Graph*, const SessionOptions*, Status*))                            \
  X(Session*, TF_LoadSessionFromSavedModel,                                                       \
    (const SessionOptions*, const Buffer* run_options, const char* folder,                        \
     const char* const* tags, int tag_count, Graph*, Buffer* meta_graph, Status*))                \
  X(void, TF_CloseSession, (Session*, Status*))                                                   \
  X(void, TF_DeleteSession, (Session*, Status*))                                                  \
  X(void, TF_SessionRun,                                                                          \
    (Session*, const Buffer* options, const Output* inputs, Tensor* const* input_values,          \
     int input_count, const Output* outputs, Tensor** output_values, int output_count,            \
     const Operation* const* targets, int target_count, Buffer* metadata, Status*))
// clang-format on

/// The functions by name.
struct Api {
#define JM_TF_MEMBER(result, name, parameters) result(*name) parameters = nullptr;
  JM_TF_FUNCTIONS(JM_TF_MEMBER)
#undef JM_TF_MEMBER
};

/// An opened library.
struct Library {
  Api api;
  std::string path;
  std::string version;  ///< "2.21.0"
};

/// Opens libtensorflow_cc and, with it, libtensorflow_framework in `folder`. Throws
/// plugin::Failure: JM_LIBRARY_MISSING, JM_LIBRARY_UNUSABLE.
Library open_library(const std::string& folder);

}  // namespace joulemark::tf
