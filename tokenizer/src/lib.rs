// SPDX-License-Identifier: Apache-2.0
//! The C interface of include/joulemark_tokenizer.h around the crates `tokenizers` and `minijinja`. What callers owe is written there.
#![allow(clippy::missing_safety_doc)]

mod chat;
mod chat_namespace;
mod chat_source;
mod limits;
mod python_json;
mod python_time;
mod work;

use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::Once;

use chat::ChatTemplate;
use tokenizers::Tokenizer;
use work::{decode, encode, load};

/// Mirrors `jm_tokenizer_reply`.
#[repr(C)]
pub struct Reply {
    error: *mut u8,
    error_size: usize,
    tokenizer: *mut Tokenizer,
    ids: *mut i32,
    id_count: usize,
    text: *mut u8,
    text_size: usize,
    chat_template: *mut ChatTemplate,
}

/// What a call gives: the value, or why there is none.
type Outcome<T> = Result<T, String>;

enum Value {
    Tokenizer(Tokenizer),
    Ids(Vec<i32>),
    Text(String),
    Template(ChatTemplate),
}

/// A pointer and a length for C; null and 0 for nothing. `drop_slice` takes it back.
fn leak<T>(values: Vec<T>) -> (*mut T, usize) {
    if values.is_empty() {
        return (std::ptr::null_mut(), 0);
    }
    let count = values.len();
    (Box::into_raw(values.into_boxed_slice()).cast(), count)
}

/// # Safety
/// The pair comes from `leak` and is used no more.
unsafe fn drop_slice<T>(values: *mut T, count: usize) {
    if !values.is_null() {
        drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(values, count)) });
    }
}

/// # Safety
/// `values` points to `count` values, or `count` is 0.
unsafe fn slice<'a, T>(values: *const T, count: usize) -> &'a [T] {
    if count == 0 {
        return &[];
    }
    unsafe { std::slice::from_raw_parts(values, count) }
}

fn reply(outcome: Outcome<Value>) -> Reply {
    let mut reply = Reply {
        error: std::ptr::null_mut(),
        error_size: 0,
        tokenizer: std::ptr::null_mut(),
        ids: std::ptr::null_mut(),
        id_count: 0,
        text: std::ptr::null_mut(),
        text_size: 0,
        chat_template: std::ptr::null_mut(),
    };
    match outcome {
        Ok(Value::Tokenizer(tokenizer)) => reply.tokenizer = Box::into_raw(Box::new(tokenizer)),
        Ok(Value::Ids(ids)) => (reply.ids, reply.id_count) = leak(ids),
        Ok(Value::Text(text)) => (reply.text, reply.text_size) = leak(text.into_bytes()),
        Ok(Value::Template(template)) => reply.chat_template = Box::into_raw(Box::new(template)),
        Err(why) => {
            let why = if why.is_empty() { "no reason is given".into() } else { why };
            // The crate cuts some of its texts between characters' bytes.
            let why = String::from_utf8_lossy(why.as_bytes()).into_owned();
            (reply.error, reply.error_size) = leak(why.into_bytes());
        }
    }
    reply
}

fn panic_text(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
    let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
    format!("it gave up: {}", text.unwrap_or_default())
}

/// Runs `call`; a panic becomes an error and writes nothing to standard error.
fn guarded(call: impl FnOnce() -> Outcome<Value>) -> Reply {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    reply(catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| Err(panic_text(&*payload))))
}

#[no_mangle]
pub unsafe extern "C" fn jm_tokenizer_load(json: *const u8, size: usize) -> Reply {
    guarded(|| load(unsafe { slice(json, size) }))
}

#[no_mangle]
pub unsafe extern "C" fn jm_tokenizer_encode(
    tokenizer: *const Tokenizer,
    text: *const u8,
    size: usize,
    special: i32,
) -> Reply {
    guarded(|| encode(unsafe { &*tokenizer }, unsafe { slice(text, size) }, special != 0))
}

#[no_mangle]
pub unsafe extern "C" fn jm_tokenizer_decode(
    tokenizer: *const Tokenizer,
    ids: *const i32,
    count: usize,
    special: i32,
) -> Reply {
    guarded(|| decode(unsafe { &*tokenizer }, unsafe { slice(ids, count) }, special != 0))
}

#[no_mangle]
pub unsafe extern "C" fn jm_tokenizer_vocabulary_size(tokenizer: *const Tokenizer) -> usize {
    catch_unwind(AssertUnwindSafe(|| unsafe { &*tokenizer }.get_vocab_size(true))).unwrap_or(0)
}

#[no_mangle]
pub unsafe extern "C" fn jm_tokenizer_free(tokenizer: *mut Tokenizer) {
    if !tokenizer.is_null() {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(tokenizer) })));
    }
}

/// What an id is in a text: 0 characters, 1 one byte of a character, 2 nothing.
#[no_mangle]
pub unsafe extern "C" fn jm_tokenizer_kind(tokenizer: *const Tokenizer, id: i32) -> i32 {
    catch_unwind(AssertUnwindSafe(|| work::kind(unsafe { &*tokenizer }, id))).unwrap_or(2)
}

#[no_mangle]
pub unsafe extern "C" fn jm_chat_template_load(source: *const u8, size: usize) -> Reply {
    guarded(|| chat::load(unsafe { slice(source, size) }))
}

#[no_mangle]
pub unsafe extern "C" fn jm_chat_template_render(
    template: *const ChatTemplate,
    variables: *const u8,
    size: usize,
    now_s: i64,
) -> Reply {
    guarded(|| chat::render(unsafe { &*template }, unsafe { slice(variables, size) }, now_s))
}

#[no_mangle]
pub unsafe extern "C" fn jm_chat_template_free(template: *mut ChatTemplate) {
    if !template.is_null() {
        let _ = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(template) })));
    }
}

#[no_mangle]
pub unsafe extern "C" fn jm_tokenizer_free_reply(reply: Reply) {
    unsafe {
        drop_slice(reply.error, reply.error_size);
        drop_slice(reply.ids, reply.id_count);
        drop_slice(reply.text, reply.text_size);
    }
}
