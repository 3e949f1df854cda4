//! An HTTP API over Redis, small enough to be read in one sitting.
//!
//! A request passes the layers of [`routes`], is parsed into the types of [`types`] by [`extract`], and is
//! answered by a handler in [`entries`], which asks the [`store`]. Whatever goes wrong is an
//! [`error::Error`], which alone decides what a client is told. The life of the process is in [`serve`]
//! and [`restart`].

pub mod embedded;
pub mod entries;
pub mod error;
pub mod extract;
pub mod limits;
pub mod metrics;
pub mod probes;
pub mod request_id;
#[cfg(unix)]
pub mod restart;
pub mod routes;
pub mod serve;
pub mod store;
pub mod types;
