// SPDX-License-Identifier: Apache-2.0
//! Loading, encoding and decoding by the crate `tokenizers`, within limits.

use tokenizers::{DecoderWrapper, ModelWrapper, Tokenizer};

use crate::{limits, Outcome, Value};

pub fn load(json: &[u8]) -> Outcome<Value> {
    let mut tokenizer = Tokenizer::from_bytes(json).map_err(|error| error.to_string())?;
    tokenizer.with_truncation(None).map_err(|error| error.to_string())?;
    tokenizer.with_padding(None);
    if let ModelWrapper::BPE(bpe) = tokenizer.get_model() {
        if bpe.dropout.is_some_and(|dropout| dropout > 0.0) {
            return Err("'model.dropout' makes ids random; set it to null".into());
        }
    }
    limits::check_tokenizer(&tokenizer)?;
    Ok(Value::Tokenizer(tokenizer))
}

pub fn encode(tokenizer: &Tokenizer, text: &[u8], special: bool) -> Outcome<Value> {
    let text = std::str::from_utf8(text).map_err(|error| error.to_string())?;
    limits::check_text(tokenizer, text)?;
    let encoding = tokenizer.encode_fast(text, special).map_err(|error| error.to_string())?;
    let to_signed = |id: &u32| i32::try_from(*id).map_err(|_| format!("id {id} is too large"));
    encoding.get_ids().iter().map(to_signed).collect::<Outcome<_>>().map(Value::Ids)
}

pub fn decode(tokenizer: &Tokenizer, ids: &[i32], special: bool) -> Outcome<Value> {
    let mut known = Vec::with_capacity(ids.len());
    let mut bytes = 0;
    for id in ids {
        let id = u32::try_from(*id).map_err(|_| format!("no token has the id {id}"))?;
        let token = tokenizer.id_to_token(id).ok_or_else(|| format!("no token has the id {id}"))?;
        bytes += token.len();
        limits::check_decoded(bytes)?;
        known.push(id);
    }
    tokenizer.decode(&known, !special).map(Value::Text).map_err(|error| error.to_string())
}

/// Whether tokens named <0xE2> stand for single bytes, which become characters together.
fn joins_bytes(decoder: &DecoderWrapper) -> bool {
    match decoder {
        DecoderWrapper::ByteFallback(_) => true,
        DecoderWrapper::Sequence(all) => all.get_decoders().iter().any(joins_bytes),
        _ => false,
    }
}

fn names_a_byte(token: &str) -> bool {
    let digits = token.strip_prefix("<0x").and_then(|rest| rest.strip_suffix('>'));
    digits.is_some_and(|digits| digits.len() == 2 && u8::from_str_radix(digits, 16).is_ok())
}

pub fn kind(tokenizer: &Tokenizer, id: i32) -> i32 {
    let Some(token) = u32::try_from(id).ok().and_then(|id| tokenizer.id_to_token(id)) else {
        return 2;
    };
    if tokenizer.get_added_vocabulary().is_special_token(&token) {
        return 2;
    }
    i32::from(names_a_byte(&token) && tokenizer.get_decoder().is_some_and(joins_bytes))
}
