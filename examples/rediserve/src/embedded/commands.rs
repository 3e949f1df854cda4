//! The commands that this service and its client send.

use std::collections::{BTreeMap, HashMap};
use std::str::FromStr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::glob;
use super::resp::Reply;

#[derive(Default)]
pub(super) struct Keyspace {
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    by_name: HashMap<Vec<u8>, Entry>,
    /// Names in the order of their first writing. A scan walks along them, so that no deletion makes it
    /// skip what stays.
    in_order: BTreeMap<u64, Vec<u8>>,
    next: u64,
}

struct Entry {
    value: Vec<u8>,
    ends: Option<Instant>,
    order: u64,
}

type Answer = Result<Reply, String>;

impl Keyspace {
    pub(super) fn run(&self, command: &[&[u8]]) -> Reply {
        let Some((name, arguments)) = command.split_first() else {
            return Reply::Error("ERR empty command".to_owned());
        };
        let name = String::from_utf8_lossy(name).to_uppercase();
        self.answer(&name, arguments).unwrap_or_else(Reply::Error)
    }

    fn answer(&self, name: &str, arguments: &[&[u8]]) -> Answer {
        let mut entries = self.lock();
        match (name, arguments) {
            ("PING", []) => Ok(Reply::Status("PONG")),
            ("PING", [text]) => Ok(Reply::Bulk(Some(text.to_vec()))),
            ("CLIENT", [b"SETINFO", ..]) | ("UNWATCH", []) => {
                Ok(Reply::Status("OK"))
            }
            ("GET", [name]) => {
                Ok(Reply::Bulk(entries.get(name).map(|entry| entry.value.clone())))
            }
            ("PTTL", [name]) => {
                Ok(Reply::Integer(entries.get(name).map_or(-2, Entry::left)))
            }
            ("SET", [name, value, options @ ..]) => {
                let ends = end(options)?;
                entries.set(name, value, ends);
                Ok(Reply::Status("OK"))
            }
            ("DEL", [name]) => Ok(Reply::Integer(i64::from(entries.delete(name)))),
            ("SCAN", [at, options @ ..]) => entries.scan(number(at)?, options),
            _ => Err(format!(
                "ERR the embedded server does not know this form of {name:?}"
            )),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn lives(&self) -> bool {
        self.ends.is_none_or(|end| Instant::now() < end)
    }

    /// In milliseconds; -1 if it has no end.
    fn left(&self) -> i64 {
        let Some(end) = self.ends else { return -1 };
        let left = end.saturating_duration_since(Instant::now()).as_millis();
        i64::try_from(left).unwrap_or(i64::MAX)
    }
}

impl Entries {
    fn get(&self, name: &[u8]) -> Option<&Entry> {
        self.by_name.get(name).filter(|entry| entry.lives())
    }

    fn set(&mut self, name: &[u8], value: &[u8], ends: Option<Instant>) {
        self.delete(name);
        let order = self.next;
        self.next += 1;
        self.in_order.insert(order, name.to_vec());
        self.by_name
            .insert(name.to_vec(), Entry { value: value.to_vec(), ends, order });
    }

    /// Whether there was such an entry.
    fn delete(&mut self, name: &[u8]) -> bool {
        let removed = self.by_name.remove(name);
        removed.is_some_and(|entry| {
            self.in_order.remove(&entry.order);
            entry.lives()
        })
    }

    fn scan(&self, at: u64, options: &[&[u8]]) -> Answer {
        let [b"MATCH", pattern, b"COUNT", count] = options else {
            return Err("ERR expected MATCH and COUNT".to_owned());
        };
        let seen = self.in_order.range(at..).take(number(count)?);
        let names: Vec<_> = seen.clone().map(|(_, name)| name).collect();
        let next =
            seen.last().and_then(|(last, _)| self.in_order.range(last + 1..).next());
        let next = next.map_or(0, |(order, _)| *order);
        let found = |name: &&&Vec<u8>| {
            glob::matches(pattern, name) && self.get(name).is_some()
        };
        let found = names
            .iter()
            .filter(found)
            .map(|name| Reply::Bulk(Some((*name).clone())));
        let next = Reply::Bulk(Some(next.to_string().into_bytes()));
        Ok(Reply::Array(vec![next, Reply::Array(found.collect())]))
    }
}

/// When an entry ends that is set with these options.
fn end(options: &[&[u8]]) -> Result<Option<Instant>, String> {
    match options {
        [] => Ok(None),
        [b"EX", seconds] => {
            let seconds = number(seconds)?;
            let end = Instant::now().checked_add(Duration::from_secs(seconds));
            end.filter(|_| seconds > 0)
                .map(Some)
                .ok_or("ERR invalid expire time".to_owned())
        }
        _ => Err("ERR syntax error".to_owned()),
    }
}

fn number<T: FromStr>(text: &[u8]) -> Result<T, String> {
    let number = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| "ERR value is not an integer or out of range".to_owned())
}
