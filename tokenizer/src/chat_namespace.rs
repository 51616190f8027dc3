// SPDX-License-Identifier: Apache-2.0
//! What a template may keep in a namespace. It is the only object that changes, so that a value which holds itself, or is nested
//! without end, could come of it alone: and the crate walks values by recursion, down to where the stack ends.

use minijinja::value::{Kwargs, Value, ValueKind};
use minijinja::{functions, Error, ErrorKind, State};

const DEEPEST: usize = 32;

fn refused(what: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("a namespace cannot keep {what}"))
}

/// What looks like a map and is none: macros and loops refer to the variables around them, and so to namespaces.
fn refuse_disguised(value: &Value) -> Result<(), Error> {
    match value.as_object().map_or("", |object| object.type_name()) {
        name if name.ends_with("::Namespace") => Err(refused("a namespace")),
        name if name.starts_with("minijinja::vm::") => Err(refused("a macro or a loop")),
        _ => Ok(()),
    }
}

fn check(state: &State, value: &Value, depth: usize) -> Result<(), Error> {
    match value.kind() {
        ValueKind::Undefined
        | ValueKind::None
        | ValueKind::Bool
        | ValueKind::Number
        | ValueKind::String
        | ValueKind::Bytes => return Ok(()),
        _ if depth > DEEPEST => return Err(refused("what is nested more deeply than 32 levels")),
        ValueKind::Seq | ValueKind::Map => state.consume_fuel(1)?,
        kind => return Err(refused(&format!("{kind}"))),
    }
    refuse_disguised(value)?;
    for item in value.try_iter()? {
        let item = if value.kind() == ValueKind::Map { value.get_item(&item)? } else { item };
        check(state, &item, depth + 1)?;
    }
    Ok(())
}

/// The filter. What is made item by item becomes a list, because it may look into the namespace when it is asked.
pub fn kept(state: &mut State, value: Value) -> Result<Value, Error> {
    let value = match value.kind() {
        ValueKind::Iterable => value.try_iter()?.collect(),
        _ => value,
    };
    check(state, &value, 0)?;
    Ok(value)
}

/// The function `namespace` with what it begins with checked.
pub fn namespace(state: &mut State, defaults: Option<Value>, options: Kwargs) -> Result<Value, Error> {
    let mut members = Vec::new();
    if let Some(defaults) = defaults {
        for key in defaults.try_iter()? {
            members.push((key.clone(), kept(state, defaults.get_item(&key)?)?));
        }
    }
    for key in options.args() {
        members.push((Value::from(key), kept(state, options.get(key)?)?));
    }
    let original = Value::from_function(functions::namespace);
    original.call(state, &[Value::from_pairs(members)])
}
