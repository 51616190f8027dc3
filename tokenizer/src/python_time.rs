// SPDX-License-Identifier: Apache-2.0
//! The local time as `strftime` of C writes it, which is what Python calls.

use std::ffi::CString;

const MOST_TEXT: usize = 256;

/// Nothing for a format that is too long, holds U+0000, or gives an empty text that was not asked for.
pub fn format_local_time(seconds: i64, format: &str) -> Option<String> {
    if format.is_empty() {
        return Some(String::new());
    }
    if format.len() > MOST_TEXT {
        return None;
    }
    let format = CString::new(format).ok()?;
    let mut buffer = [0u8; 4 * MOST_TEXT];
    let seconds = libc::time_t::try_from(seconds).ok()?;
    let size = unsafe {
        let mut parts: libc::tm = std::mem::zeroed();
        if libc::localtime_r(&seconds, &mut parts).is_null() {
            return None;
        }
        libc::strftime(buffer.as_mut_ptr().cast(), buffer.len(), format.as_ptr(), &parts)
    };
    (size > 0).then(|| String::from_utf8_lossy(&buffer[..size]).into_owned())
}
