//! All tasks that are not complete. An idle task may have no other owner, and shutdown must find it.

use std::sync::Arc;

use slab::Slab;

use super::task::Runnable;
use crate::sync::{Mutex, lock};

pub(crate) struct Registry {
    tasks: Mutex<Tasks>,
}

struct Tasks {
    alive: Slab<Arc<dyn Runnable>>,
    closed: bool,
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self { tasks: Mutex::new(Tasks { alive: Slab::new(), closed: false }) }
    }

    /// Makes a task with the key it is given, and keeps it; `None` after [`close`](Self::close).
    pub(crate) fn admit<R: Runnable + 'static>(
        &self,
        make: impl FnOnce(usize) -> Arc<R>,
    ) -> Option<Arc<R>> {
        let mut tasks = lock(&self.tasks);
        if tasks.closed {
            return None;
        }
        let entry = tasks.alive.vacant_entry();
        let task = make(entry.key());
        entry.insert(Arc::clone(&task) as Arc<dyn Runnable>);
        Some(task)
    }

    /// Forgets a task. Returns whether it was the last one after [`close`](Self::close).
    pub(crate) fn release(&self, key: usize) -> bool {
        let mut tasks = lock(&self.tasks);
        // The worker that runs the task owns it too, so nothing is dropped under the lock.
        tasks.alive.remove(key);
        tasks.closed && tasks.alive.is_empty()
    }

    /// Admits no more tasks. Returns those that are alive.
    pub(crate) fn close(&self) -> Vec<Arc<dyn Runnable>> {
        let mut tasks = lock(&self.tasks);
        tasks.closed = true;
        tasks.alive.iter().map(|(_, task)| Arc::clone(task)).collect()
    }
}
