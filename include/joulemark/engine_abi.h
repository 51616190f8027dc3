/* SPDX-License-Identifier: Apache-2.0 */
/* The C interface between the worker and an engine plugin: the only thing that both know of each
 * other. */
#ifndef JOULEMARK_ENGINE_ABI_H
#define JOULEMARK_ENGINE_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A plugin is a shared object that exports one symbol, jm_engine_entry. The worker opens it with
 * dlopen(RTLD_NOW | RTLD_LOCAL), one plugin per process, and calls it from one thread.
 *
 * Rules of every call
 *  - No exception and no C++ type crosses. A plugin catches what its library throws.
 *  - The result is a jm_status; when it is not JM_OK, *message holds what failed, on what, and why,
 * NUL-terminated.
 *  - Pointers handed out by the plugin stay valid until the call named beside them.
 *  - Text that is handed out is UTF-8.
 */

/* Raised when a member changes its meaning. Members are only ever appended; struct_size tells how
 * many there are. */
#define JM_ENGINE_ABI_VERSION 1u

typedef enum jm_status {
  JM_OK = 0,
  JM_FAILED = 1,           /* the engine reported an error at run time */
  JM_INVALID_ARGUMENT = 2, /* an option, shape, dtype or name that does not fit */
  JM_UNSUPPORTED =
      3, /* an operator, dtype, provider or call that this engine lacks; message names it */
  JM_LIBRARY_MISSING = 4, /* the engine's own library is not where open was told to look */
  JM_LIBRARY_UNUSABLE =
      5, /* it is there, but too old, or of another architecture, or lacks a symbol */
  JM_INVALID_MODEL =
      6, /* the model file is truncated, not a model, or its external data are missing */
  JM_OUT_OF_MEMORY = 7
} jm_status;

/* Where a failed call puts its reason. */
#define JM_MESSAGE_SIZE 2048
typedef struct jm_message {
  char text[JM_MESSAGE_SIZE];
} jm_message;

/* Element types; the values are those of onnx.TensorProto.DataType. */
typedef enum jm_dtype {
  JM_UNDEFINED = 0,
  JM_FLOAT32 = 1,
  JM_UINT8 = 2,
  JM_INT8 = 3,
  JM_UINT16 = 4,
  JM_INT16 = 5,
  JM_INT32 = 6,
  JM_INT64 = 7,
  JM_STRING = 8, /* data points to an array of jm_string */
  JM_BOOL = 9,   /* one byte, 0 or 1 */
  JM_FLOAT16 = 10,
  JM_FLOAT64 = 11,
  JM_UINT32 = 12,
  JM_UINT64 = 13,
  JM_COMPLEX64 = 14,
  JM_COMPLEX128 = 15,
  JM_BFLOAT16 = 16,
  JM_FLOAT8E4M3FN = 17,
  JM_FLOAT8E4M3FNUZ = 18,
  JM_FLOAT8E5M2 = 19,
  JM_FLOAT8E5M2FNUZ = 20,
  JM_UINT4 = 21, /* two elements a byte, the first in the low half */
  JM_INT4 = 22,
  JM_FLOAT4E2M1 = 23,
  JM_FLOAT8E8M0 = 24,
  JM_UINT2 = 25, /* four elements a byte, the first in the low bits */
  JM_INT2 = 26
} jm_dtype;

/* A string element; may hold NUL bytes. */
typedef struct jm_string {
  const char* data;
  size_t size;
} jm_string;

typedef enum jm_memory { JM_MEMORY_HOST = 0, JM_MEMORY_CUDA = 1 } jm_memory;

/* A dense, row-major, contiguous tensor.
 * Inputs belong to the caller for the whole call; outputs belong to the plugin until the next run
 * or release_model. */
typedef struct jm_tensor {
  jm_dtype dtype;
  jm_memory memory;
  int32_t rank;        /* 0 for a scalar */
  const int64_t* dims; /* rank entries, each >= 0 */
  void* data;          /* may be NULL when bytes is 0 */
  size_t bytes;
} jm_tensor;

/* An input or output of a loaded model. */
typedef struct jm_port {
  const char* name;    /* valid until release_model */
  jm_dtype dtype;      /* JM_UNDEFINED when the engine does not say */
  int32_t rank;        /* -1 when unknown */
  const int64_t* dims; /* rank entries, -1 where dynamic; valid until release_model */
} jm_port;

/* A setting by name; both strings are NUL-terminated and belong to the caller for the call. */
typedef struct jm_option {
  const char* key;
  const char* value;
} jm_option;

typedef struct jm_open_params {
  const char* library_dir;  /* folder that holds the engine's own library; "" for an engine that
                               needs none */
  const char* provider;     /* execution provider, lower case: "cpu", "cuda", … */
  int32_t threads;          /* threads inside one run, the calling thread included; >= 1 */
  const int32_t* affinity;  /* CPUs (0-based) that the threads may run on; the caller is already
                               bound to affinity[0] */
  size_t affinity_count;    /* 0: no affinity asked for */
  const jm_option* options; /* the engine's own, as listed in its engine.toml; an unknown key is
                               JM_INVALID_ARGUMENT */
  size_t option_count;
} jm_open_params;

typedef struct jm_load_params {
  const char*
      model_path; /* a file in a format that the engine reads; "null:NAME" for the null engine */
  const char* precision; /* "f32": the precision that the arithmetic must have, whatever the engine
                            prefers; "native": leave it to the model's own types */
  const jm_option* options;
  size_t option_count;
} jm_load_params;

/* In place of a token id: stands in front of a row's first token where its prompt is shorter than
 * the longest of the batch. */
#define JM_NO_TOKEN (-1)

typedef struct jm_lm_info {
  int32_t vocabulary; /* token ids are below it */
} jm_lm_info;

typedef struct jm_engine jm_engine; /* an opened engine library */
typedef struct jm_model jm_model;   /* a loaded model */

typedef struct jm_engine_api {
  uint32_t abi_version; /* JM_ENGINE_ABI_VERSION that the plugin was built with */
  uint32_t struct_size; /* sizeof(jm_engine_api) that the plugin was built with */
  const char* name;     /* "onnxruntime" */

  /* Opens the engine's library and fixes everything that holds for the whole process. Called once
   * per process. */
  jm_status (*open)(const jm_open_params* params, jm_engine** engine, jm_message* message);

  /* JSON object: {"version": "1.31.1", "providers": ["cpu"], "build": "…", "library":
   * "/path/lib….so"}. *json is valid until close. */
  jm_status (*describe)(jm_engine* engine, const char** json, jm_message* message);

  /* Reads a model, and compiles it unless `build` below does. */
  jm_status (*load)(jm_engine* engine, const jm_load_params* params, jm_model** model,
                    jm_message* message);

  /* The model's inputs and outputs in its own order; *ports has *count entries, valid until
   * release_model. */
  jm_status (*inputs)(jm_model* model, const jm_port** ports, size_t* count, jm_message* message);
  jm_status (*outputs)(jm_model* model, const jm_port** ports, size_t* count, jm_message* message);

  /* Hands the inputs of the following runs over: one tensor per input, in the order of inputs().
   * Checks count, dtype and shape, and does all work that need not be in every run (wrapping,
   * binding). The buffers stay the caller's and must stay valid and unchanged until the next bind
   * or release_model. */
  jm_status (*bind)(jm_model* model, const jm_tensor* inputs, size_t count, jm_message* message);

  /* One call of the model on the bound inputs, complete when it returns (devices synchronised).
   * This is what is timed: no allocation of the plugin's own, no I/O, no lock, no log. */
  jm_status (*run)(jm_model* model, jm_message* message);

  /* The outputs of the last run in the order of outputs(); valid until the next run, bind or
   * release_model. */
  jm_status (*results)(jm_model* model, const jm_tensor** outputs, size_t* count,
                       jm_message* message);

  /* JSON object: what really runs, read back from the engine after the first run:
   * {"provider", "providers": {"CPUExecutionProvider": nodes}, "precision", "threads", …}; what the
   * engine cannot tell is absent. *json is valid until the next effective or release_model. */
  jm_status (*effective)(jm_model* model, const char** json, jm_message* message);

  /* Language models. lm_reset forgets every token and makes room for max_tokens tokens in each row
   * of the batch. lm_forward feeds tokens[batch × n] (row-major) behind what was fed before and
   * gives the greedy next token of each row; logits, when not NULL, receives [batch × vocabulary]
   * f32 of the last position. Rows of different lengths: in the first call after lm_reset a row may
   * begin with any number of JM_NO_TOKEN. The KV cache is the engine's own affair.
   * JM_UNSUPPORTED for a model that is no language model. */
  jm_status (*lm_reset)(jm_model* model, int32_t batch, int32_t max_tokens, jm_message* message);
  jm_status (*lm_forward)(jm_model* model, const int32_t* tokens, int32_t batch, int32_t n,
                          int32_t* next_tokens, float* logits, jm_message* message);

  void (*release_model)(jm_model* model);
  void (*close)(jm_engine* engine);

  /* Optional, from here on: NULL, or absent from an older plugin's table. */

  /* JSON array: the operators of model files that this engine computes, for an engine that reads
   * them itself: [{"domain": "", "name": "Relu", "since": 6, "until": 22}, …]. Versions of the
   * operator set; "until" is the last and absent where the newest known is covered; "domain" is ""
   * for ai.onnx. *json is valid until close. */
  jm_status (*operators)(jm_engine* engine, const char** json, jm_message* message);

  /* Writes the model file at model_path as the file at path, in a format of the engine's own:
   * "torchscript". An existing file is replaced. JM_INVALID_ARGUMENT for a format that it does not
   * write. */
  jm_status (*export_model)(jm_engine* engine, const char* model_path, const char* format,
                            const char* path, jm_message* message);

  /* What a caller of lm_reset and lm_forward has to know. */
  jm_status (*lm_describe)(jm_model* model, jm_lm_info* info, jm_message* message);

  /* Feeds tokens as lm_forward does, and gives the logits of every position: [batch × n ×
   * vocabulary] f32. Those of JM_NO_TOKEN mean nothing. */
  jm_status (*lm_logits)(jm_model* model, const int32_t* tokens, int32_t batch, int32_t n,
                         float* logits, jm_message* message);

  /* Makes what runs of what load has read: compiles, optimises, packs weights. So an engine that
   * tells the two apart has the costs of both. *built is 1 when something was made, 0 when there
   * was nothing to make, or nothing any more. Comes once after load; behind the first bind where
   * the model is no language model, so that a compiler for fixed shapes knows them, else before
   * lm_describe. A caller that knows nothing of it gets the same from the first call that needs it.
   * After a failure the model can only be released. */
  jm_status (*build)(jm_model* model, int32_t* built, jm_message* message);
} jm_engine_api;

/* The plugin's one exported symbol: a constant table, valid until the process ends. Loads nothing.
 */
#ifdef _WIN32
#define JM_EXPORT __declspec(dllexport)
#else
#define JM_EXPORT __attribute__((visibility("default")))
#endif
JM_EXPORT const jm_engine_api* jm_engine_entry(void);
typedef const jm_engine_api* (*jm_engine_entry_fn)(void);

#ifdef __cplusplus
}
#endif
#endif /* JOULEMARK_ENGINE_ABI_H */
