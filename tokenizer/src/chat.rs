// SPDX-License-Identifier: Apache-2.0
//! Chat templates: Jinja as the Python package `transformers` runs it, within limits.

use std::sync::Arc;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, State};

use crate::python_json::to_json;
use crate::python_time::format_local_time;
use crate::{chat_namespace, chat_source, Outcome, Value as Reply};

/// One fuel pays for an instruction, or for 64 bytes that a template makes or reads.
const FUEL: u64 = 4 << 20;
const MOST_SOURCE: usize = 1 << 20;
const MOST_VARIABLES: usize = 16 << 20;
const NAME: &str = "chat template";
/// Where `strftime_now` finds the time of the call.
const NOW: &str = "joulemark_now_s";

/// A compiled template.
pub struct ChatTemplate(Environment<'static>);

fn raise_exception(message: String) -> Result<Value, Error> {
    Err(Error::new(ErrorKind::InvalidOperation, message))
}

fn strftime_now(state: &mut State, format: String) -> Result<Value, Error> {
    let now = state.lookup(NOW).and_then(|value| value.as_i64()).unwrap_or(0);
    let text = format_local_time(now, &format);
    text.map(Value::from)
        .ok_or_else(|| Error::new(ErrorKind::InvalidOperation, "strftime_now: the format cannot be used"))
}

fn tojson(value: &Value, indent: Option<usize>, options: Kwargs) -> Result<Value, Error> {
    let indent = match indent {
        Some(indent) => Some(indent),
        None => options.get::<Option<usize>>("indent")?,
    };
    let ensure_ascii = options.get::<Option<bool>>("ensure_ascii")?.unwrap_or(false);
    options.assert_all_used()?;
    to_json(value, indent, ensure_ascii).map(Value::from)
}

fn environment(syntax: SyntaxConfig) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_syntax(syntax);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    environment.add_function("raise_exception", raise_exception);
    environment.add_function("strftime_now", strftime_now);
    environment.add_filter("tojson", tojson);
    environment.add_function("namespace", chat_namespace::namespace);
    environment.add_filter(chat_source::KEPT, chat_namespace::kept);
    environment.remove_global("debug");
    environment
}

/// What went wrong, with what caused it, in one line.
fn text_of(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text.replace('\n', " ")
}

pub fn load(source: &[u8]) -> Outcome<Reply> {
    if source.len() > MOST_SOURCE {
        return Err(format!("it has {} bytes; the limit is {MOST_SOURCE}", source.len()));
    }
    let source = std::str::from_utf8(source).map_err(|error| error.to_string())?;
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    let syntax = syntax.map_err(|error| text_of(&error))?;
    let prepared = chat_source::prepare(source, &syntax)?;
    let mut environment = environment(syntax);
    let added = environment.add_template_owned(NAME, prepared);
    added.map_err(|error| text_of(&error))?;
    Ok(Reply::Template(ChatTemplate(environment)))
}

/// `variables` with the time of the call beside them.
fn context(variables: &[u8], now_s: i64) -> Outcome<Value> {
    if variables.len() > MOST_VARIABLES {
        return Err(format!("its variables have {} bytes; the limit is {MOST_VARIABLES}", variables.len()));
    }
    let value: Value = serde_json::from_slice(variables).map_err(|error| error.to_string())?;
    if value.kind() != ValueKind::Map {
        return Err("its variables are no object".into());
    }
    let own = Value::from_pairs([(Arc::<str>::from(NOW), Value::from(now_s))]);
    Ok(minijinja::value::merge_maps([own, value]))
}

pub fn render(template: &ChatTemplate, variables: &[u8], now_s: i64) -> Outcome<Reply> {
    let context = context(variables, now_s)?;
    let template = template.0.get_template(NAME).map_err(|error| text_of(&error))?;
    template.render(context).map(Reply::Text).map_err(|error| text_of(&error))
}
