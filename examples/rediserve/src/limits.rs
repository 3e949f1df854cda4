//! Every bound of the service in one place.

use std::time::Duration;

// ANCHOR: limits
/// How much at once, and how long.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Requests that are answered at once; one more is shed.
    pub in_flight: usize,
    /// How long the body of a request may take to arrive.
    pub body: Duration,
    /// How long a request may take as a whole.
    pub request: Duration,
    /// Connections to Redis.
    pub connections: usize,
    /// How long a request waits for one of them.
    pub wait: Duration,
    /// How long a connection may take to be made.
    pub connect: Duration,
    /// How long Redis may take to answer one command, or one pipeline.
    pub respond: Duration,
    /// How long a process that leaves says so before it closes connections. Behind a
    /// load balancer: longer than that takes to see it.
    pub notice: Duration,
    /// How long requests may then take to end: longer than one may take.
    pub drain: Duration,
    /// How long a new process may take to be ready.
    pub successor: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            in_flight: 256,
            body: Duration::from_secs(5),
            request: Duration::from_secs(10),
            connections: 16,
            wait: Duration::from_millis(500),
            connect: Duration::from_millis(500),
            respond: Duration::from_secs(1),
            notice: Duration::from_secs(1),
            drain: Duration::from_secs(15),
            successor: Duration::from_secs(10),
        }
    }
}
// ANCHOR_END: limits
