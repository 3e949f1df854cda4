//! Nothing of its own: `Cargo.toml` lists the crates that samples in the chapters may use.
