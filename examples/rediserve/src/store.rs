//! Redis, behind a pool of connections.

use std::collections::BTreeSet;
use std::time::Duration;

use deadpool_redis::redis::{
    AsyncConnectionConfig, Cmd, ErrorKind, FromRedisValue, Pipeline, RedisError,
    ServerErrorKind, Value as Reply, cmd, from_redis_value, pipe,
};
use deadpool_redis::{
    Connection, Manager, Pool, PoolConfig, PoolError, Runtime, Status, TimeoutType,
    Timeouts,
};

use crate::error::Cause;
use crate::limits::Limits;
use crate::types::{
    Cursor, Entry, Key, Operation, Outcome, Page, Prefix, Tenant, Ttl, Value,
};

/// Why Redis did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No connection became free in time. Redis may be well.
    #[error("no connection became free in time")]
    Busy,
    /// Redis cannot be reached, does not answer, or is not able to serve now.
    #[error("Redis is away")]
    Unavailable(#[source] Cause),
    /// Redis refused: trying again will not help.
    #[error("Redis refused")]
    Failed(#[source] RedisError),
}

/// The entries of all tenants. Clones share the pool.
#[derive(Clone)]
pub struct Store {
    pool: Pool,
}

impl Store {
    /// Keys after which a page ends.
    pub const PAGE: usize = 100;
    /// How many names Redis looks at in one step, and how many steps one page takes at most.
    const STEP: usize = 250;
    const STEPS: usize = 8;

    // ANCHOR: pool
    /// A pool without connections. They are made when they are needed, so a Redis
    /// that is away now does not keep the service from starting.
    ///
    /// # Errors
    ///
    /// If the address is not one of Redis.
    pub fn new(redis_url: &str, limits: &Limits) -> anyhow::Result<Self> {
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(limits.connect))
            .set_response_timeout(Some(limits.respond));
        let manager = Manager::new_with_config(redis_url, config)?;
        let mut size = PoolConfig::new(limits.connections);
        size.timeouts = Timeouts {
            wait: Some(limits.wait),
            create: Some(limits.connect),
            // The pool pings a used connection before it hands it out.
            recycle: Some(limits.connect),
        };
        let pool = Pool::builder(manager).config(size).runtime(Runtime::Tokio1);
        Ok(Self { pool: pool.build()? })
    }

    async fn connection(&self) -> Result<Connection, StoreError> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Timeout(TimeoutType::Wait) => StoreError::Busy,
            error => StoreError::Unavailable(error.into()),
        })
    }
    // ANCHOR_END: pool

    // A request that is cut off here gives its connection back with a reply on the way.
    // redis-rs remembers what it has asked, in order, and drops that reply.
    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        let mut connection = self.connection().await?;
        Ok(command.query_async(&mut connection).await?)
    }

    async fn ask_all<T: FromRedisValue>(
        &self,
        pipeline: &Pipeline,
    ) -> Result<T, StoreError> {
        let mut connection = self.connection().await?;
        Ok(pipeline.query_async(&mut connection).await?)
    }

    /// Whether Redis answers.
    ///
    /// # Errors
    ///
    /// If it does not, or if no connection is free.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.ask(&cmd("PING")).await
    }

    /// Reads an entry, and how long it will live, in one round trip. Another client can write between the
    /// two commands: then the lifetime is that of the newer value.
    ///
    /// # Errors
    ///
    /// If Redis does not answer, or the value is not UTF-8.
    pub async fn get(
        &self,
        tenant: &Tenant,
        key: &Key,
    ) -> Result<Option<Entry>, StoreError> {
        let name = tenant.name(key);
        let mut both = pipe();
        both.cmd("GET").arg(&name).cmd("PTTL").arg(&name);
        let (value, left): (Option<String>, i64) = self.ask_all(&both).await?;
        // Negative: there is no end, or the entry has just ended.
        let ttl = u64::try_from(left).ok().map(Duration::from_millis);
        Ok(value.map(|value| Entry { value, ttl }))
    }

    /// Writes an entry as a whole: without a lifetime it has none, whatever it had before.
    ///
    /// # Errors
    ///
    /// If Redis does not answer. It may have written nevertheless.
    pub async fn set(
        &self,
        tenant: &Tenant,
        key: &Key,
        value: &Value,
        ttl: Option<Ttl>,
    ) -> Result<(), StoreError> {
        self.ask(&set(tenant, key, value, ttl)).await
    }

    /// Removes an entry, and says whether there was one.
    ///
    /// # Errors
    ///
    /// If Redis does not answer. It may have removed it nevertheless.
    pub async fn delete(
        &self,
        tenant: &Tenant,
        key: &Key,
    ) -> Result<bool, StoreError> {
        self.ask(cmd("DEL").arg(tenant.name(key))).await
    }

    // ANCHOR: list
    /// A part of the keys with a prefix. A key that exists from the first page to
    /// the last is listed; one that comes or goes meanwhile may be.
    ///
    /// # Errors
    ///
    /// If Redis does not answer.
    pub async fn list(
        &self,
        tenant: &Tenant,
        prefix: &Prefix,
        Cursor(mut at): Cursor,
    ) -> Result<Page, StoreError> {
        let pattern = tenant.pattern(prefix);
        let mut connection = self.connection().await?;
        let mut keys = BTreeSet::new();
        for _ in 0..Self::STEPS {
            let mut scan = cmd("SCAN");
            scan.arg(at).arg("MATCH").arg(&pattern).arg("COUNT").arg(Self::STEP);
            let (next, names): Step = scan.query_async(&mut connection).await?;
            keys.extend(names.iter().filter_map(|name| tenant.key(name)));
            at = next;
            if at == 0 || keys.len() >= Self::PAGE {
                break;
            }
        }
        let cursor = (at != 0).then(|| at.to_string());
        Ok(Page { keys: keys.into_iter().collect(), cursor })
    }
    // ANCHOR_END: list

    /// Does all steps in one round trip, in their order. Other clients may come between two of them, and
    /// after an error any of them may have been done; doing them again is harmless.
    ///
    /// # Errors
    ///
    /// If Redis does not answer, or refuses a step.
    pub async fn batch(
        &self,
        tenant: &Tenant,
        operations: &[Operation],
    ) -> Result<Vec<Outcome>, StoreError> {
        let mut pipeline = Pipeline::with_capacity(operations.len());
        for operation in operations {
            pipeline.add_command(match operation {
                Operation::Get(key) => cmd("GET").arg(tenant.name(key)).take(),
                Operation::Set(key, value, ttl) => set(tenant, key, value, *ttl),
                Operation::Delete(key) => cmd("DEL").arg(tenant.name(key)).take(),
            });
        }
        let replies: Vec<Reply> = self.ask_all(&pipeline).await?;
        operations
            .iter()
            .zip(replies)
            .map(|(operation, reply)| outcome(operation, reply))
            .collect()
    }

    /// How many connections there are, are free, and are waited for.
    #[must_use]
    pub fn status(&self) -> Status {
        self.pool.status()
    }
}

/// Where the next step begins, and names.
type Step = (u64, Vec<Vec<u8>>);

fn set(tenant: &Tenant, key: &Key, value: &Value, ttl: Option<Ttl>) -> Cmd {
    let mut command = cmd("SET");
    command.arg(tenant.name(key)).arg(value.as_str());
    if let Some(ttl) = ttl {
        command.arg("EX").arg(ttl.seconds());
    }
    command
}

fn outcome(operation: &Operation, reply: Reply) -> Result<Outcome, StoreError> {
    let outcome = match operation {
        Operation::Get(_) => from_redis_value(reply).map(Outcome::Value),
        Operation::Set(..) => {
            from_redis_value::<()>(reply).map(|()| Outcome::Set(true))
        }
        Operation::Delete(_) => from_redis_value(reply).map(Outcome::Deleted),
    };
    outcome.map_err(|error| StoreError::Failed(error.into()))
}

impl From<RedisError> for StoreError {
    fn from(error: RedisError) -> Self {
        match error.kind() {
            ErrorKind::Io
            | ErrorKind::Server(
                ServerErrorKind::BusyLoading
                | ServerErrorKind::MasterDown
                | ServerErrorKind::ReadOnly
                | ServerErrorKind::TryAgain,
            ) => Self::Unavailable(error.into()),
            _ => Self::Failed(error),
        }
    }
}
