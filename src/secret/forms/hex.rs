//! Two hexadecimal digits a byte (RFC 4648, section 8): `xxd -p`, `od -An -tx1` without its
//! spaces, `openssl`, `bytes.hex()`.

use super::write::{self, Case};
use super::{Form, Found};

pub(super) fn find(value: &[u8], found: &mut Found) {
    for case in [Case::Lower, Case::Upper] {
        found.add_written(Form::Hex, value, |out| {
            for &byte in value {
                write::hex(byte.into(), 2, case, out);
            }
        });
    }
}
