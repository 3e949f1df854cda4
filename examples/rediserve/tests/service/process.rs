//! placeholder
use crate::{Test, tests};
pub(crate) fn tests() -> Vec<Test> {
    tests![]
}
