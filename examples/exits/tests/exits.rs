//! How each program of `src/bin/` ends, what it leaves on the screen, and which destructors ran.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::LazyLock;

/// The same number on every Unix.
const SIGABRT: i32 = 6;

/// What a program left.
#[derive(Debug)]
struct Ended {
    status: ExitStatus,
    stdout: String,
    stderr: String,
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self { status: output.status, stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Ended {
    /// Asserts the exit code, which only a program has that no signal ended.
    #[track_caller]
    fn with_code(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{self:#?}");
        self
    }

    /// Asserts that `abort` ended it, which gives no exit code.
    #[track_caller]
    fn by_abort(self) -> Self {
        let how = (self.status.signal(), self.status.code());
        assert_eq!(how, (Some(SIGABRT), None), "{self:#?}");
        self
    }

    #[track_caller]
    fn printed(self, stdout: &str) -> Self {
        assert_eq!(self.stdout, stdout, "{self:#?}");
        self
    }

    /// Asserts that standard error has these texts, in this order.
    #[track_caller]
    fn said(self, texts: &[&str]) -> Self {
        let mut rest = self.stderr.as_str();
        for text in texts {
            let found = rest.split_once(text);
            rest = found.unwrap_or_else(|| panic!("“{text}” is missing: {self:#?}")).1;
        }
        self
    }
}

/// A program as Cargo builds it for tests: a panic unwinds.
fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_panics")).with_file_name(name)
}

/// The same program in a profile with `panic = "abort"`. A profile holds for a whole workspace, hence a
/// build of its own.
fn aborting(name: &str) -> PathBuf {
    static BUILT: LazyLock<PathBuf> = LazyLock::new(|| {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("panic-abort");
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--offline", "--package", "exits", "--bins", "--target-dir"])
            .arg(&target)
            .env("CARGO_PROFILE_DEV_PANIC", "abort")
            .status();
        assert!(status.expect("cargo starts").success());
        target.join("debug")
    });
    BUILT.join(name)
}

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_remove("RUST_BACKTRACE");
    command
}

fn run(program: &Path) -> Ended {
    command(program).output().expect("it starts").into()
}

fn exit(code: &str) -> Ended {
    command(&program("exits")).arg(code).output().expect("it starts").into()
}

/// Runs a program whose standard output is read for one line and then closed.
fn run_for_one_line(name: &str) -> Ended {
    let pipes = command(&program(name)).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = pipes.expect("it starts");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
    stdout.read_line(&mut line).expect("a line");
    drop(stdout);
    assert_eq!(line, "tea\n");
    child.wait_with_output().expect("it ends").into()
}

#[test]
fn an_error_from_main_is_code_1_and_printed_for_programmers() {
    run(&program("returns_err"))
        .with_code(1)
        .printed("the order is dropped\n")
        .said(&[r#"Error: Custom { kind: Other, error: "the disk is full" }"#]);
}

#[test]
fn a_code_from_main_is_returned_after_the_destructors() {
    run(&program("returns_code")).with_code(42).printed("the order is dropped\n");
}

#[test]
fn exit_flushes_stdout_and_runs_no_destructors() {
    // Neither “the order is dropped” nor the “report” in the `BufWriter`, whose destructor would write it.
    exit("3").with_code(3).printed("unfinished line");
}

#[test]
fn only_the_low_eight_bits_of_a_code_arrive() {
    exit("256").with_code(0);
    exit("-1").with_code(255);
}

#[test]
fn abort_does_not_even_flush_stdout() {
    run(&program("aborts")).by_abort().printed("");
}

#[test]
fn a_panic_of_main_is_code_101_after_the_destructors() {
    run(&program("panics")).with_code(101).printed("the order is dropped\n").said(&["no more tea"]);
}

#[test]
fn a_panic_of_another_thread_ends_that_thread_only() {
    run(&program("panics_in_thread"))
        .with_code(0)
        .printed(
            "the order of the thread is dropped\n\
             main goes on, and join gives an error: true\n\
             the order of main is dropped\n",
        )
        .said(&["thread '<unnamed>'", "no more tea"]);
}

#[test]
fn a_panic_in_a_destructor_is_one_like_any_other() {
    run(&program("panics_in_destructor"))
        .with_code(101)
        .printed("the receipt is dropped\n")
        .said(&["cannot cancel"]);
}

#[test]
fn a_panic_in_a_destructor_that_unwinding_runs_aborts() {
    run(&program("panics_while_unwinding"))
        .by_abort()
        .printed("the second receipt is dropped\n")
        .said(&["no more tea", "cannot cancel", "panic in a destructor during cleanup"]);
}

// ANCHOR: through-c
#[test]
fn a_panic_does_not_leave_a_function_with_the_convention_of_c() {
    run(&program("panics_through_c"))
        .by_abort()
        .printed("the order of the callback is dropped\n")
        .said(&["no more tea", "panic in a function that cannot unwind"]);
}
// ANCHOR_END: through-c

#[test]
fn catch_unwind_catches_unless_panics_abort() {
    run(&program("catches")).with_code(0).printed("caught: true\n").said(&["no more tea"]);
    run(&aborting("catches")).by_abort().printed("").said(&["no more tea"]);
}

#[test]
fn where_panics_abort_no_destructor_runs_and_no_thread_survives() {
    run(&aborting("panics")).by_abort().printed("").said(&["no more tea"]);
    run(&aborting("panics_in_thread")).by_abort().printed("").said(&["no more tea"]);
}

#[test]
fn the_process_ends_with_main_whatever_other_threads_do() {
    run(&program("leaves_thread")).with_code(0).printed("the order of main is dropped\n");
}

#[test]
fn a_stack_overflow_is_an_abort_that_names_the_thread() {
    run(&program("overflows_stack"))
        .by_abort()
        .printed("")
        .said(&["thread 'parser'", "has overflowed its stack"]);
}

#[test]
fn running_out_of_memory_is_an_abort_unless_one_asks_first() {
    run(&program("runs_out_of_memory"))
        .by_abort()
        .printed("try_reserve gives an error: true\n")
        .said(&["memory allocation of", "failed"]);
}

// ANCHOR: memory-limit
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "`ulimit -v` limits nothing elsewhere")]
fn beyond_a_limit_of_memory_only_those_who_ask_get_an_error() {
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -v 500000 && exec \"$0\""]).arg(program("exceeds_limit"));
    Ended::from(shell.output().expect("it starts"))
        .by_abort()
        .printed("a megabyte: true\na gigabyte: false\n")
        .said(&["memory allocation of 1073741824 bytes failed"]);
}
// ANCHOR_END: memory-limit

#[test]
fn println_panics_when_nobody_reads() {
    run_for_one_line("prints_to_nobody")
        .with_code(101)
        .said(&["failed printing to stdout: Broken pipe"]);
}

#[test]
fn writeln_gives_an_error_when_nobody_reads() {
    run_for_one_line("writes_to_nobody").with_code(1).said(&["kind: BrokenPipe"]);
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "it reads /proc, which Linux has")]
fn a_child_that_ended_stays_until_somebody_waits() {
    run(&program("leaves_zombie")).with_code(0).printed(
        "after its end: Z (zombie)\n\
         wait returns exit status: 0\n\
         after wait it is there: false\n",
    );
}

#[test]
#[should_panic(expected = "“exit status 139” is missing")]
fn a_false_claim_about_what_is_said_fails() {
    run(&program("overflows_stack")).by_abort().said(&["exit status 139"]);
}

#[test]
#[should_panic(expected = "left: Some(101)")]
fn a_false_claim_about_the_code_fails() {
    run(&program("panics")).with_code(1);
}
