// SPDX-License-Identifier: Apache-2.0
//! What is changed in a template before it is compiled: by tokens, as the compiler itself sees them.

use std::ops::Range;

use minijinja::machinery::{tokenize, Span, Token};
use minijinja::syntax::SyntaxConfig;

use crate::Outcome;

/// The filter that checks what is kept in a namespace.
pub const KEPT: &str = "joulemark_kept";

/// A part of the source, and what stands there instead.
type Edit = (Range<usize>, String);

fn at(span: &Span) -> Range<usize> {
    span.start_offset as usize..span.end_offset as usize
}

/// Of `{% set ns.x = EXPRESSION %}`: the expression goes through the filter. `tag` is what stands between the signs.
fn keep_checked(tag: &[(Token, Span)], end: &Span, edits: &mut Vec<Edit>) -> Outcome<()> {
    let target_end =
        tag.iter().position(|(token, _)| matches!(token, Token::Assign | Token::Pipe)).unwrap_or(tag.len());
    let is_member = tag[..target_end].iter().any(|(token, _)| matches!(token, Token::Dot));
    if !is_member || target_end == tag.len() {
        return Ok(());
    }
    let (token, span) = &tag[target_end];
    if matches!(token, Token::Pipe) {
        return Err("a block is kept in a namespace through a filter, which is not supported".into());
    }
    let begin = at(span).end;
    edits.push((begin..begin, "(".into()));
    let close = at(end).start;
    edits.push((close..close, format!(")|{KEPT}")));
    Ok(())
}

fn edit_tag(tag: &[(Token, Span)], end: &Span, edits: &mut Vec<Edit>) -> Outcome<()> {
    match tag {
        // The tag of `transformers` that marks what an assistant said changes no text: it becomes a condition that holds.
        [(Token::Ident("generation"), span)] => edits.push((at(span), "if true".into())),
        [(Token::Ident("endgeneration"), span)] => edits.push((at(span), "endif".into())),
        [(Token::Ident("set"), _), ..] => keep_checked(tag, end, edits)?,
        _ => {}
    }
    Ok(())
}

fn apply(source: &str, edits: Vec<Edit>) -> Option<String> {
    let mut made = String::with_capacity(source.len());
    let mut done = 0;
    for (range, text) in edits {
        made.push_str(source.get(done..range.start)?);
        made.push_str(&text);
        done = range.end;
    }
    made.push_str(source.get(done..)?);
    Some(made)
}

/// A source that has no tokens is left for the compiler to complain about.
pub fn prepare(source: &str, syntax: &SyntaxConfig) -> Outcome<String> {
    let mut edits = Vec::new();
    let mut tag: Option<Vec<(Token, Span)>> = None;
    for token in tokenize(source, false, syntax.clone()) {
        let Ok((token, span)) = token else { return Ok(source.into()) };
        match token {
            Token::BlockStart => tag = Some(Vec::new()),
            Token::BlockEnd => edit_tag(&tag.take().unwrap_or_default(), &span, &mut edits)?,
            _ => {
                if let Some(tag) = &mut tag {
                    tag.push((token, span));
                }
            }
        }
    }
    apply(source, edits).ok_or_else(|| "its tokens have no places".into())
}
