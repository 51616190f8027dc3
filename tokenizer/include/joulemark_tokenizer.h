/* SPDX-License-Identifier: Apache-2.0 */
/* The C interface of the static library that `tokenizer/` builds around the crates `tokenizers` and
 * `minijinja`.
 *
 * Nothing here throws, and a panic of a crate comes back as an error. Tokenizers and chat templates
 * are immutable: several threads may use one at a time. Texts are UTF-8 with their length in bytes,
 * without a final zero; they may hold U+0000. A call with text that is not UTF-8 fails. Memory is
 * bounded by the limits of src/limits.rs: a text has at most 4 MiB, each of which takes about 200
 * MiB. */
#ifndef JOULEMARK_TOKENIZER_H
#define JOULEMARK_TOKENIZER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct jm_tokenizer jm_tokenizer;
typedef struct jm_chat_template jm_chat_template;

/* What becomes of special tokens such as <s>. */
enum {
  JM_TOKENIZER_WITHOUT_SPECIAL = 0, /* encode: none is added; decode: they are left out */
  JM_TOKENIZER_WITH_SPECIAL =
      1, /* encode: as the file's post_processor says; decode: they are kept */
};

/* The outcome of a call. The caller owns it and gives it to jm_tokenizer_free_reply. Members that
 * the call does not fill are NULL and 0. */
typedef struct jm_tokenizer_reply {
  char* error; /* why the call failed, in `error_size` bytes; NULL when it did not */
  size_t error_size;
  jm_tokenizer* tokenizer; /* of load; freed by jm_tokenizer_free, not with the reply */
  int32_t* ids;            /* of encode; NULL when there is none */
  size_t id_count;
  char* text; /* of decode and render; NULL when it is empty */
  size_t text_size;
  jm_chat_template* chat_template; /* of load; freed by jm_chat_template_free */
} jm_tokenizer_reply;

/* Reads the content of a tokenizer.json. Its sections `truncation` and `padding` are not applied.
 */
jm_tokenizer_reply jm_tokenizer_load(const char* json, size_t size);

void jm_tokenizer_free(jm_tokenizer* tokenizer);

/* Text -> ids. Names of special tokens in the text become these tokens, whatever `special` says. */
jm_tokenizer_reply jm_tokenizer_encode(const jm_tokenizer* tokenizer, const char* text, size_t size,
                                       int32_t special);

/* Ids -> text. Fails on an id that no token has. */
jm_tokenizer_reply jm_tokenizer_decode(const jm_tokenizer* tokenizer, const int32_t* ids,
                                       size_t count, int32_t special);

/* How many tokens there are, added ones included. */
size_t jm_tokenizer_vocabulary_size(const jm_tokenizer* tokenizer);

/* What an id is in a text that is decoded without special tokens. */
enum {
  JM_TOKENIZER_CHARACTERS = 0,
  JM_TOKENIZER_BYTE = 1,    /* such a token and its neighbours of the kind are decoded together */
  JM_TOKENIZER_NOTHING = 2, /* a special token, or none */
};
int32_t jm_tokenizer_kind(const jm_tokenizer* tokenizer, int32_t id);

/* Compiles a chat template: Jinja with the settings, functions and filters that the Python package
 * `transformers` gives it. */
jm_tokenizer_reply jm_chat_template_load(const char* source, size_t size);

void jm_chat_template_free(jm_chat_template* chat_template);

/* `variables`: a JSON object, whose members keep their order. `now_s`: since the epoch, for
 * strftime_now. What a template may take of time, memory and stack is limited. */
jm_tokenizer_reply jm_chat_template_render(const jm_chat_template* chat_template,
                                           const char* variables, size_t size, int64_t now_s);

void jm_tokenizer_free_reply(jm_tokenizer_reply reply);

#ifdef __cplusplus
}
#endif

#endif
