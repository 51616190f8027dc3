// SPDX-License-Identifier: Apache-2.0
//! JSON as Python's `json.dumps` writes it, which chat templates were made with: no character of HTML is replaced.

use std::fmt::Write;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

const DEEPEST: usize = 100;
/// A list may hold one long text many times over.
const MOST_TEXT: usize = 16 << 20;

struct Writer {
    text: String,
    indent: Option<usize>,
    ensure_ascii: bool,
}

fn refused(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("tojson: {}", what.into()))
}

/// The shortest digits that give the number back, with an exponent where Python writes one.
fn float(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .into();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>().unwrap_or(0) {
        -4..=15 => format!("{value:?}"),
        exponent => format!("{digits}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs()),
    }
}

fn number(value: &Value) -> String {
    match f64::try_from(value.clone()) {
        Ok(as_float) if !value.is_integer() => float(as_float),
        _ => value.to_string(),
    }
}

impl Writer {
    fn string(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                '\u{8}' => self.text.push_str("\\b"),
                '\u{c}' => self.text.push_str("\\f"),
                c if c < ' ' || (self.ensure_ascii && c > '~') => self.escaped(c),
                c => self.text.push(c),
            }
        }
        self.text.push('"');
    }

    fn escaped(&mut self, character: char) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            let _ = write!(self.text, "\\u{unit:04x}");
        }
    }

    /// What stands between the items of a list or an object, and before the first and behind the last one.
    fn line(&mut self, depth: usize) {
        if let Some(indent) = self.indent {
            self.text.push('\n');
            self.text.extend(std::iter::repeat_n(' ', indent * depth));
        }
    }

    fn comma(&mut self) {
        self.text.push_str(if self.indent.is_some() { "," } else { ", " });
    }

    fn sequence(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        self.text.push('[');
        let mut count = 0;
        for item in value.try_iter()? {
            if count > 0 {
                self.comma();
            }
            self.line(depth + 1);
            self.value(&item, depth + 1)?;
            count += 1;
        }
        if count > 0 {
            self.line(depth);
        }
        self.text.push(']');
        Ok(())
    }

    fn map(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        self.text.push('{');
        let mut count = 0;
        for key in value.try_iter()? {
            if count > 0 {
                self.comma();
            }
            self.line(depth + 1);
            let name = key.as_str().ok_or_else(|| refused("a key is no string"))?;
            self.string(name);
            self.text.push_str(": ");
            self.value(&value.get_item(&key)?, depth + 1)?;
            count += 1;
        }
        if count > 0 {
            self.line(depth);
        }
        self.text.push('}');
        Ok(())
    }

    fn value(&mut self, value: &Value, depth: usize) -> Result<(), Error> {
        if depth > DEEPEST {
            return Err(refused(format!("deeper than {DEEPEST} levels")));
        }
        if self.text.len() > MOST_TEXT {
            return Err(refused(format!("more than {MOST_TEXT} bytes")));
        }
        match value.kind() {
            ValueKind::None => self.text.push_str("null"),
            ValueKind::Bool => self.text.push_str(if value.is_true() { "true" } else { "false" }),
            ValueKind::Number => self.text.push_str(&number(value)),
            ValueKind::String => self.string(value.as_str().unwrap_or_default()),
            ValueKind::Seq | ValueKind::Iterable => self.sequence(value, depth)?,
            ValueKind::Map => self.map(value, depth)?,
            kind => return Err(refused(format!("{kind} is no JSON"))),
        }
        Ok(())
    }
}

/// Spaces behind commas and colons where there is no `indent`; names in the order of the object.
pub fn to_json(value: &Value, indent: Option<usize>, ensure_ascii: bool) -> Result<String, Error> {
    if indent.is_some_and(|indent| indent > 16) {
        return Err(refused("'indent' is larger than 16"));
    }
    let mut writer = Writer { text: String::new(), indent, ensure_ascii };
    writer.value(value, 0)?;
    Ok(writer.text)
}
