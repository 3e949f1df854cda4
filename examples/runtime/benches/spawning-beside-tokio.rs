//! What it costs to start a task and to await it, here and in Tokio.

use std::thread::available_parallelism;

use measurement::{Table, medians};
use runtime::{Handle, Runtime};

const TASKS: usize = 10_000;
const ROUNDS: usize = 51;

async fn start_here(handle: Handle) {
    let tasks: Vec<_> = (0..TASKS).map(|order| handle.spawn(async move { order })).collect();
    for task in tasks {
        task.await.expect("it ends");
    }
}

async fn start_in_tokio() {
    let tasks: Vec<_> = (0..TASKS).map(|order| tokio::spawn(async move { order })).collect();
    for task in tasks {
        task.await.expect("it ends");
    }
}

fn main() {
    let workers = available_parallelism().map_or(1, usize::from);
    let here = Runtime::new(workers).expect("the machine has threads to give");
    let tokio = tokio::runtime::Builder::new_multi_thread();
    let tokio = { tokio }.worker_threads(workers).build().expect("the machine has threads to give");
    // By a task, whose worker has a queue of its own; `block_on` would use the common one.
    let by_task_here = || {
        let starter = here.handle().spawn(start_here(here.handle().clone()));
        here.block_on(starter).expect("it ends");
    };
    let by_task_in_tokio = || tokio.block_on(tokio.spawn(start_in_tokio())).expect("it ends");
    let [ours, theirs] = medians(ROUNDS, [&by_task_here, &by_task_in_tokio]);
    Table::bars("time to start a task and await it, Tokio = 1")
        .row("Tokio", [1.0])
        .row("this runtime", [ours / theirs])
        .claim("it starts at least {} times as many tasks as Tokio", 0.5, theirs / ours);
}
