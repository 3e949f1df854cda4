//! The service with a Redis behind it: each test runs with the embedded one, and with a
//! real one where there is a `redis-server`. Where there is none, those tests are counted
//! as ignored.

mod backend;
mod client;
mod entries;
mod outages;
mod process;
mod refusals;

use std::pin::Pin;
use std::process::ExitCode;
use std::time::Duration;

use backend::{Backend, Kind};
use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Runtime;
use tokio::time::timeout;

type Test = (&'static str, Body);

/// What to do with a Redis that is running and empty.
type Body = fn(Backend) -> Pin<Box<dyn Future<Output = ()>>>;

/// Longer than any test takes: what waits for ever fails instead.
const LIMIT: Duration = Duration::from_mins(2);

/// Functions as tests, by their names.
macro_rules! tests {
    ($($name:ident),* $(,)?) => {
        vec![$((stringify!($name), |backend| Box::pin($name(backend)))),*]
    };
}
pub(crate) use tests;

fn main() -> ExitCode {
    let trials =
        [Kind::Embedded, Kind::Redis].into_iter().flat_map(trials).collect();
    let mut arguments = Arguments::from_args();
    // They wait more than they compute.
    arguments.test_threads = arguments.test_threads.or(Some(8));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(kind: Kind) -> Vec<Trial> {
    let ignored = !kind.is_here();
    if ignored {
        eprintln!("not run here, without redis-server: tests of redis::");
    }
    let tests =
        [entries::tests(), refusals::tests(), outages::tests(), process::tests()];
    let trial = |(name, test): Test| {
        Trial::test(format!("{kind}::{name}"), move || run(kind, test))
            .with_ignored_flag(ignored)
    };
    tests.into_iter().flatten().map(trial).collect()
}

fn run(kind: Kind, test: Body) -> Result<(), Failed> {
    let test = async { timeout(LIMIT, test(Backend::start(kind).await)).await };
    Ok(Runtime::new()?.block_on(test)?)
}
