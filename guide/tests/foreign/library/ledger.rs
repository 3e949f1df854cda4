//! A crate that samples can use where `-L` names its directory.
#![crate_name = "ledger"]
#![crate_type = "lib"]

/// What is left.
pub fn balance() -> i64 {
    3
}
