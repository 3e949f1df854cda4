//! A Redis that a test can stop, start again, and make silent.

use std::fmt;
use std::mem::replace;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rediserve::embedded::Embedded;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Embedded,
    Redis,
}

pub(crate) struct Backend {
    kind: Kind,
    port: u16,
    running: Running,
}

enum Running {
    Nothing,
    Embedded(Embedded),
    Redis(Process),
    /// Takes connections, as far as the kernel is concerned.
    Silent {
        _listener: TcpListener,
    },
}

struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().expect("it is a child");
        self.0.wait().expect("it is a child");
    }
}

impl Kind {
    pub(crate) fn is_here(self) -> bool {
        let version = || Command::new("redis-server").arg("--version").output();
        self == Self::Embedded || version().is_ok()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Embedded => "embedded",
            Self::Redis => "redis",
        })
    }
}

impl Backend {
    pub(crate) async fn start(kind: Kind) -> Self {
        let mut backend =
            Self { kind, port: free_port(), running: Running::Nothing };
        backend.start_again().await;
        backend
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Ends it at once, and with it its connections and entries.
    pub(crate) async fn kill(&mut self) {
        if let Running::Embedded(embedded) =
            replace(&mut self.running, Running::Nothing)
        {
            embedded.stop().await;
        }
    }

    /// Where it was, and empty.
    pub(crate) async fn start_again(&mut self) {
        self.kill().await;
        self.running = match self.kind {
            Kind::Embedded => Running::Embedded(embedded(self.port).await),
            Kind::Redis => Running::Redis(redis(self.port)),
        };
        self.answers().await;
    }

    /// From now on it takes connections and does not answer.
    pub(crate) async fn hang(&mut self) {
        if let Running::Redis(Process(child)) = &self.running {
            let id = Pid::from_child(child);
            return kill_process(id, Signal::STOP).expect("it is a child");
        }
        self.kill().await;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, self.port));
        self.running =
            Running::Silent { _listener: listener.expect("the port is free") };
    }

    /// Says a command in Redis's own protocol, around the service.
    pub(crate) async fn say(&self, command: &[u8], reply: &[u8]) {
        let mut stream =
            TcpStream::connect(("127.0.0.1", self.port)).await.expect("it listens");
        stream.write_all(command).await.expect("it reads");
        let mut received = vec![0; reply.len()];
        stream.read_exact(&mut received).await.expect("it answers");
        assert_eq!(received, reply, "{}", received.escape_ascii());
    }

    async fn answers(&self) {
        while TcpStream::connect(("127.0.0.1", self.port)).await.is_err() {
            sleep(Duration::from_millis(10)).await;
        }
        self.say(b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n").await;
    }
}

fn free_port() -> u16 {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

async fn embedded(port: u16) -> Embedded {
    Embedded::start(&format!("127.0.0.1:{port}")).await.expect("the port is free")
}

fn redis(port: u16) -> Process {
    let mut command = Command::new("redis-server");
    command.args([
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
        "--port",
    ]);
    command.arg(port.to_string()).stdin(Stdio::null()).stdout(Stdio::null());
    Process(command.spawn().expect("redis-server starts"))
}
