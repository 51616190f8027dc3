// SPDX-License-Identifier: Apache-2.0
//! What keeps time and memory in proportion to the text, whatever a tokenizer.json says: an allocation that fails ends the
//! process, and no panic comes of it.

use serde_json::Value;
use tokenizers::{ModelWrapper, NormalizedString, Normalizer, Tokenizer};

use crate::Outcome;

/// Bytes of a text before and after normalisation. Encoding takes about 200 bytes of memory and 0.7 µs for each.
const MOST_TEXT: usize = 4 << 20;
/// Bytes of the tokens of a list of ids.
const MOST_DECODED: usize = 64 << 20;
/// How often a text may grow by the file's own replacements: NFKC alone makes 11 bytes of one at worst.
const MOST_GROWTH: usize = 1024;
/// WordPiece takes time with the third power of a word's length. Files in use say 100.
const LONGEST_WORD: usize = 1000;
/// So few bytes stay below MOST_TEXT, or not far above it, when they are normalised.
const CHUNK: usize = 1024;

/// By how much replacements can make a text longer: the product over all rules below `rules`.
fn growth(rules: &Value) -> usize {
    let length = |value: &Value| value.as_str().map_or(0, str::len);
    let own = match rules["type"].as_str() {
        Some("Replace") => length(&rules["content"]).div_ceil(length(&rules["pattern"]["String"]).max(1)),
        Some("Prepend") => length(&rules["prepend"]),
        _ => 1,
    };
    let parts = ["normalizers", "decoders"].iter().filter_map(|name| rules[name].as_array());
    parts.flatten().map(growth).fold(own.max(1), usize::saturating_mul)
}

pub fn check_tokenizer(tokenizer: &Tokenizer) -> Outcome<()> {
    let normalizer = serde_json::to_value(tokenizer.get_normalizer()).unwrap_or_default();
    let decoder = serde_json::to_value(tokenizer.get_decoder()).unwrap_or_default();
    for (name, rules) in [("normalizer", normalizer), ("decoder", decoder)] {
        let times = growth(&rules);
        if times > MOST_GROWTH {
            return Err(format!("'{name}' makes a text up to {times} times longer; the limit is {MOST_GROWTH}"));
        }
    }
    match tokenizer.get_model() {
        ModelWrapper::WordPiece(model) if model.max_input_chars_per_word > LONGEST_WORD => Err(format!(
            "'model.max_input_chars_per_word' is {}; the limit is {LONGEST_WORD}",
            model.max_input_chars_per_word
        )),
        _ => Ok(()),
    }
}

/// The beginning of `text`, of at most CHUNK bytes, and the rest.
fn split_chunk(text: &str) -> (&str, &str) {
    let end = (0..=CHUNK.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.split_at(end.unwrap_or(text.len()))
}

pub fn check_text(tokenizer: &Tokenizer, text: &str) -> Outcome<()> {
    if text.len() > MOST_TEXT {
        return Err(format!("it has {} bytes; the limit is {MOST_TEXT}; encode it in parts", text.len()));
    }
    let Some(normalizer) = tokenizer.get_normalizer().filter(|_| text.len() > CHUNK) else {
        return Ok(());
    };
    let mut bytes = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let (chunk, after) = split_chunk(rest);
        let mut normalized = NormalizedString::from(chunk);
        normalizer.normalize(&mut normalized).map_err(|error| error.to_string())?;
        bytes += normalized.get().len();
        if bytes > MOST_TEXT {
            return Err(format!("normalisation gives it more than {MOST_TEXT} bytes; encode it in parts"));
        }
        rest = after;
    }
    Ok(())
}

pub fn check_decoded(bytes: usize) -> Outcome<()> {
    if bytes > MOST_DECODED {
        return Err(format!("its tokens have more than {MOST_DECODED} bytes; decode it in parts"));
    }
    Ok(())
}
