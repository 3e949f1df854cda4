//! The store under every crash, every damaged byte, failing syncs and many threads.

mod crash;
mod damage;
mod failures;
mod faulty;
mod lies;
mod real;
mod replay;
mod script;
mod simulated;
mod threads;
