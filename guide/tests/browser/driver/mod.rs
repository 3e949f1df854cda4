//! Chromium, driven through the `DevTools` protocol as far as these tests need it.

mod keys;
mod page;
mod pipe;
mod watch;

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) use self::page::Page;
use self::pipe::{Pipe, lock};

/// Gives the browser its pipes as descriptors 3 and 4, where it expects them.
const WITH_PIPES: &str = r#"exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null"#;
/// No page is slowed down because another one is in front, and nothing but this machine is reachable.
const FLAGS: [&str; 18] = [
    "--headless=new",
    "--remote-debugging-pipe",
    // The pages are our own, and where containers or their users are restricted, there is no sandbox.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-proxy-server",
    "--hide-scrollbars",
    "--mute-audio",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--disable-background-timer-throttling",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
];

/// A browser of its own, without anything a reader would have stored in it.
pub(crate) struct Browser {
    process: Mutex<Child>,
    pipe: Arc<Pipe>,
    profile: TempDir,
}

impl Browser {
    /// Starts a browser.
    ///
    /// # Panics
    ///
    /// When it does not start; with what it said.
    pub(crate) fn launch(program: &Path) -> Self {
        let profile = tempfile::tempdir().expect("a temporary directory");
        let said = profile.path().join("said");
        let mut command = Command::new("sh");
        command.args(["-c", WITH_PIPES]).arg(program).args(FLAGS);
        command.arg(format!("--user-data-dir={}", profile.path().join("profile").display()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.stderr(File::create(&said).expect("a file")).process_group(0);
        let mut process = command.spawn().expect("sh starts");
        let ends = (process.stdout.take(), process.stdin.take());
        let pipe = Pipe::new(ends.0.expect("a pipe"), ends.1.expect("a pipe"));
        let browser = Self { process: Mutex::new(process), pipe, profile };
        if let Err(error) = browser.pipe.call("", "Browser.getVersion", &json!({})) {
            let said = fs::read_to_string(said).unwrap_or_default();
            panic!("{} did not start: {error}\n{said}", program.display());
        }
        browser
    }

    /// A page in a context of its own: nothing is stored there, and no other page shares what will be.
    pub(crate) fn page(self: &Arc<Self>) -> Page {
        Page::new(self)
    }

    /// Sends a command to a session, or to the browser itself when it is `""`.
    #[track_caller]
    fn call(&self, session: &str, method: &str, parameters: &Value) -> Value {
        self.pipe.call(session, method, parameters).unwrap_or_else(|error| panic!("{error}"))
    }
}

impl Drop for Browser {
    /// Ends all processes of the browser. It would end by itself without its pipe, but not at once.
    fn drop(&mut self) {
        let mut process = lock(&self.process);
        if let Some(group) = i32::try_from(process.id()).ok().and_then(Pid::from_raw) {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = process.wait();
        // While its processes end, they may still write there.
        while self.profile.path().exists() && fs::remove_dir_all(self.profile.path()).is_err() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}
