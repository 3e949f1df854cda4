//! The guide in other forms.

mod zip;

pub use self::zip::zip;
