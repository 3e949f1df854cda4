//! Counts and durations of requests, in the text format of Prometheus.

use std::collections::BTreeMap;
use std::fmt::{Arguments, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use deadpool_redis::Status;

/// Upper bounds of the buckets, in seconds.
const BUCKETS: [f64; 7] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.0, 5.0];

/// What happened since the start of the process. Clones count together.
#[derive(Clone, Default)]
pub struct Metrics {
    series: Arc<Mutex<BTreeMap<Series, Histogram>>>,
}

/// Few by construction: routes are those of the router, not the paths that clients make up.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Series {
    route: String,
    method: &'static str,
    status: u16,
}

#[derive(Default)]
struct Histogram {
    /// For each bound the requests that took no longer.
    buckets: [u64; BUCKETS.len()],
    count: u64,
    sum: Duration,
}

impl Metrics {
    fn record(&self, series: Series, took: Duration) {
        let mut all = self.series.lock().unwrap_or_else(PoisonError::into_inner);
        let histogram = all.entry(series).or_default();
        histogram.count += 1;
        histogram.sum += took;
        for (bucket, bound) in histogram.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(took.as_secs_f64() <= bound);
        }
    }

    /// Everything, and the state of the pool.
    #[must_use]
    pub fn text(&self, pool: Status) -> String {
        let mut text = String::from("# TYPE http_request_seconds histogram\n");
        for (series, histogram) in
            self.series.lock().unwrap_or_else(PoisonError::into_inner).iter()
        {
            histogram.write(&mut text, series);
        }
        for (state, count) in [
            ("open", pool.size),
            ("free", pool.available),
            ("awaited", pool.waiting),
        ] {
            let name = format!("redis_connections_{state}");
            line(&mut text, format_args!("# TYPE {name} gauge"));
            line(&mut text, format_args!("{name} {count}"));
        }
        text
    }
}

impl Histogram {
    fn write(&self, text: &mut String, Series { route, method, status }: &Series) {
        let labels =
            format!("method=\"{method}\",route=\"{route}\",status=\"{status}\"");
        let mut sample = |name: &str, labels: &str, value: f64| {
            line(
                text,
                format_args!("http_request_seconds_{name}{{{labels}}} {value}"),
            );
        };
        #[expect(
            clippy::cast_precision_loss,
            reason = "Prometheus has floating numbers only"
        )]
        for (bound, count) in BUCKETS.iter().zip(self.buckets) {
            sample("bucket", &format!("{labels},le=\"{bound}\""), count as f64);
        }
        #[expect(clippy::cast_precision_loss, reason = "as above")]
        let count = self.count as f64;
        sample("bucket", &format!("{labels},le=\"+Inf\""), count);
        sample("sum", &labels, self.sum.as_secs_f64());
        sample("count", &labels, count);
    }
}

fn line(text: &mut String, line: Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes all");
}

/// Counts the request and its answer.
pub async fn measure(
    State(metrics): State<Metrics>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("none", MatchedPath::as_str).to_owned();
    let method = known(request.method());
    let response = next.run(request).await;
    let status = response.status().as_u16();
    metrics.record(Series { route, method, status }, started.elapsed());
    response
}

/// A client can make up methods, too.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::PUT => "PUT",
        Method::POST => "POST",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}
