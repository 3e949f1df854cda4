//! The runner of `cargo guide serve`, as a page of ours and as an attacker's page sees it.
#![cfg(target_os = "linux")]

#[path = "runner/client.rs"]
mod client;
mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write, stderr};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread::{scope, sleep};
use std::time::Duration;

use guide::check::Bounds;
use guide::site::{Options, Server};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use serde_json::json;

use client::{Answer, Request, ask, send, token};
use support::Book;

/// A wait ends early as a rule; only what never happens takes so many of [`PAUSE`].
const PAUSES: usize = 2000;
const PAUSE: Duration = Duration::from_millis(10);
/// For programs that must be ended by something else.
const LONG: Duration = Duration::from_mins(1);

/// A book without samples, as the server would check these meanwhile.
fn book() -> Book {
    let book = Book::base().file("src/core/question.md", "# A page\n");
    let theme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../theme");
    let files = walkdir::WalkDir::new(&theme).into_iter().map(|entry| entry.expect("a file"));
    for file in files.filter(|file| file.file_type().is_file()) {
        let path = Path::new("theme").join(file.path().strip_prefix(&theme).expect("a path"));
        book.write(&path, fs::read(file.path()).expect("a readable file"));
    }
    book
}

fn start(book: &Book) -> Server {
    start_with(book, Bounds::default())
}

fn start_with(book: &Book, bounds: Bounds) -> Server {
    let options = Options { port: free_port(), bounds, ..Options::new(book.root()) };
    Server::start(&options, |_| Vec::new()).expect("a server")
}

fn free_port() -> u16 {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    socket.local_addr().expect("an address").port()
}

/// Waits until something is the case.
#[track_caller]
fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..PAUSES {
        if is_so() {
            return;
        }
        sleep(PAUSE);
    }
    panic!("never: {what}");
}

/// The answer to a program that a page of the server sends.
#[track_caller]
fn run(server: &Server, code: &str) -> Answer {
    let answer = send(server, &Request::new(server, code));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer
}

/// A program that does this.
fn main(body: &str) -> String {
    format!("fn main() {{ {body} }}")
}

/// A program that says with a file in `dir` that it runs, then does this.
fn marked(dir: &Path, body: &str) -> String {
    main(&format!("std::fs::write(\"{}/mark\", \"\").unwrap(); {body}", dir.display()))
}

const SYSTEM: &str = "unsafe extern \"C\" { fn fork() -> i32; fn setsid() -> i32; fn setpgid(a: i32, b: i32) -> i32; fn prctl(option: i32, value: u64) -> i32; }\n";

/// The programs that run in the book's directory.
fn programs(book: &Book) -> Vec<PathBuf> {
    let processes = fs::read_dir("/proc").expect("processes").flatten();
    let programs = processes.filter_map(|process| fs::read_link(process.path().join("exe")).ok());
    programs.filter(|program| program.starts_with(book.root())).collect()
}

#[track_caller]
fn assert_nothing_left(book: &Book) {
    assert_eq!(programs(book), Vec::<PathBuf>::new(), "programs left");
    let work = fs::read_dir(book.root().join("target/guide/work")).expect("a directory");
    let left: Vec<_> = work.flatten().map(|entry| entry.path()).collect();
    assert!(left.is_empty(), "left: {left:?}");
}

/// A request that differs from the right one in this way must be refused with this status.
type Attack<'server> = (&'server str, u16, Request);

#[track_caller]
fn assert_refused(book: &Book, server: &Server, attacks: Vec<Attack<'_>>) {
    let mark = book.root().join("mark");
    for (what, status, attack) in attacks {
        let answer = send(server, &attack);
        assert_eq!(answer.status, status, "{what}: {}", answer.body);
        assert!(!answer.head.to_lowercase().contains("access-control"), "{what}: {}", answer.head);
        assert!(!mark.exists(), "{what}: it ran");
    }
    run(server, &marked(book.root(), ""));
    assert!(mark.exists(), "the right request is refused too");
}

/// The right request, for a program that would leave a mark.
fn right(book: &Book, server: &Server) -> Request {
    Request::new(server, &marked(book.root(), ""))
}

#[test]
fn other_origins_are_refused() {
    let book = book();
    let server = start(&book);
    let port = server.address().port();
    let right = right(&book, &server);
    let from = |origin: String| right.clone().with("Origin", &origin);
    let ours = format!("http://127.0.0.1:{port}");
    let attacks = vec![
        ("another site", 403, from("http://evil.example".into())),
        ("its port is ours", 403, from(format!("http://evil.example:{port}"))),
        ("a file or a sandboxed frame", 403, from("null".into())),
        ("nothing", 403, right.clone().without("Origin")),
        ("an empty one", 403, from(String::new())),
        ("another port", 403, from(format!("http://127.0.0.1:{}", port ^ 1))),
        ("no port", 403, from("http://127.0.0.1".into())),
        ("another name of ours", 403, from(format!("http://localhost:{port}"))),
        ("another scheme", 403, from(format!("https://127.0.0.1:{port}"))),
        ("a longer name", 403, from(format!("{ours}.evil.example"))),
        ("a path", 403, from(format!("{ours}/"))),
        ("uppercase", 403, from(ours.to_uppercase())),
        ("two in one", 403, from(format!("{ours}, {ours}"))),
        ("ours, then another", 403, right.clone().and("Origin", "http://evil.example")),
        ("ours twice", 403, right.clone().and("Origin", &ours)),
    ];
    assert_refused(&book, &server, attacks);
}

#[test]
fn other_names_are_refused() {
    let book = book();
    let server = start(&book);
    let port = server.address().port();
    let right = right(&book, &server);
    let to = |host: String| {
        let origin = format!("http://{host}");
        right.clone().with("Host", &host).with("Origin", &origin)
    };
    let at = |target: String| right.clone().target(&target);
    let attacks = vec![
        ("a name that leads here", 403, to(format!("evil.example:{port}"))),
        ("another port", 403, to(format!("127.0.0.1:{}", port ^ 1))),
        ("no port", 403, to("127.0.0.1".into())),
        ("uppercase", 403, to(format!("LOCALHOST:{port}"))),
        ("a name below", 403, to(format!("x.localhost:{port}"))),
        ("a final dot", 403, to(format!("localhost.:{port}"))),
        ("the address in another form", 403, to(format!("127.1:{port}"))),
        ("none", 403, right.clone().without("Host")),
        ("an empty one", 403, right.clone().with("Host", "")),
        ("a second one", 403, right.clone().and("Host", "evil.example")),
        ("ours twice", 403, right.clone().and("Host", &format!("127.0.0.1:{port}"))),
        ("an address with a name", 403, at(format!("http://evil.example:{port}/__guide/run"))),
        ("an address with ours", 403, at(format!("http://127.0.0.1:{port}/__guide/run"))),
        ("another path", 405, at("/__guide/run/".into())),
        ("a path in disguise", 405, at("/__guide/%72un".into())),
    ];
    assert_refused(&book, &server, attacks);
    let local = format!("localhost:{port}");
    assert_eq!(send(&server, &to(local)).status, 200);
}

#[test]
fn other_tokens_are_refused() {
    let book = book();
    let old = token(&start(&book));
    let server = start(&book);
    let ours = token(&server);
    assert_ne!(old, ours);
    let right = right(&book, &server);
    let with = |token: &str| right.clone().with("X-Guide-Token", token);
    let attacks = vec![
        ("none", 403, right.clone().without("X-Guide-Token")),
        ("an empty one", 403, with("")),
        ("that of an earlier start", 403, with(&old)),
        ("a part of it", 403, with(&ours[1..])),
        ("more than it", 403, with(&format!("{ours}0"))),
        ("uppercase", 403, with(&ours.to_uppercase().replace(char::is_numeric, "A"))),
        ("two", 403, right.clone().and("X-Guide-Token", &ours)),
    ];
    assert_refused(&book, &server, attacks);
}

/// Whoever may connect gets a page with a token. Only the superuser can ask as someone else.
#[test]
fn other_users_are_refused() {
    if !geteuid().is_root() {
        // Past the test harness, which shows nothing of a test that passes.
        let _ = writeln!(stderr(), "skipped: only the superuser can ask as another user");
        return;
    }
    let book = book();
    let server = start(&book);
    let right = right(&book, &server);
    let ask = || {
        become_somebody_else();
        send(&server, &right)
    };
    let answer = scope(|scope| scope.spawn(ask).join()).expect("an answer");
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(answer.body.contains("Only the user who started the server"), "{}", answer.body);
    assert_eq!(send(&server, &right).status, 200);
}

/// This thread only, and for good.
fn become_somebody_else() {
    const NOBODY: libc::uid_t = 65534;
    // SAFETY: the call has no pointers.
    let result = unsafe { libc::syscall(libc::SYS_setresuid, NOBODY, NOBODY, NOBODY) };
    assert_eq!(result, 0, "another user");
}

#[test]
fn what_a_page_can_send_elsewhere_without_asking_is_refused() {
    let book = book();
    let server = start(&book);
    let right = right(&book, &server);
    let by = |method: &str| right.clone().method(method);
    let typed = |content_type: &str| right.clone().with("Content-Type", content_type);
    let preflight = by("OPTIONS")
        .with("Origin", "http://evil.example")
        .and("Access-Control-Request-Method", "POST")
        .and("Access-Control-Request-Headers", "content-type, x-guide-token")
        .and("Access-Control-Request-Private-Network", "true");
    let attacks = vec![
        ("GET", 405, by("GET")),
        ("HEAD", 405, by("HEAD")),
        ("PUT", 405, by("PUT")),
        ("a preflight", 405, preflight),
        ("a form", 415, typed("application/x-www-form-urlencoded")),
        ("a form with files", 415, typed("multipart/form-data; boundary=x")),
        ("a text", 415, typed("text/plain")),
        ("a text that mentions JSON", 415, typed("text/plain; application/json")),
        ("no type", 415, right.clone().without("Content-Type")),
        ("two types", 415, right.clone().and("Content-Type", "text/plain")),
    ];
    assert_refused(&book, &server, attacks);
}

#[test]
fn what_is_no_program_is_refused() {
    let book = book();
    let server = start(&book);
    let right = right(&book, &server);
    let saying = |body: &[u8]| right.clone().body(body);
    let long = marked(book.root(), &"/".repeat(64 << 10));
    let code = |code: &str| json!({ "code": code, "edition": "2024" }).to_string();
    let padded = [right.body.clone(), vec![b' '; 1 << 20]].concat();
    let attacks = vec![
        ("nothing", 400, saying(b"")),
        ("no JSON", 400, saying(b"code=fn main() {}&edition=2024")),
        ("half of it", 400, saying(&right.body[..20])),
        ("not an object", 400, saying(b"[\"fn main() {}\", \"2024\"]x")),
        ("no code", 400, saying(br#"{"edition":"2024"}"#)),
        ("no edition", 400, saying(br#"{"code":"fn main() {}"}"#)),
        ("an unknown edition", 400, saying(br#"{"code":"fn main() {}","edition":"2027"}"#)),
        ("no text", 400, saying(b"{\"code\":\"\xff\",\"edition\":\"2024\"}")),
        ("too long a program", 413, saying(code(&long).as_bytes())),
        ("too long a body", 413, saying(&padded)),
        ("too long a body in chunks", 413, saying(&padded).in_chunks()),
        ("a body that does not arrive", 408, right.clone().announcing(1000)),
    ];
    assert_refused(&book, &server, attacks);
    let whole = main("");
    let whole = whole.clone() + &" ".repeat((64 << 10) - whole.len());
    assert_eq!(run(&server, &whole).json()["status"], "ran");
}

#[test]
fn a_program_is_answered_with_what_it_printed_and_how_it_ended() {
    let book = book();
    let server = start(&book);
    let outcomes = [
        (r#"println!("<b>"); eprintln!("&");"#, json!(["ran", "<b>\n", 0, null])),
        (r#"print!("3"); std::process::exit(3)"#, json!(["ran", "3", 3, null])),
        (r#"panic!("no tea")"#, json!(["panicked", "", 101, null])),
        ("std::process::exit(101)", json!(["ran", "", 101, null])),
        ("std::process::abort()", json!(["signal", "", null, 6])),
        ("let _: u8 = \"\";", json!(["refused", "", null, null])),
    ];
    for (body, expected) in outcomes {
        let said = run(&server, &main(body)).json();
        let summary = json!([said["status"], said["stdout"], said["exit"], said["signal"]]);
        assert_eq!(summary, expected, "{body}: {said}");
        assert_eq!(said["truncated"], false);
    }
    assert_eq!(run(&server, &main(r#"eprint!("&")"#)).json()["stderr"], "&");
    let panicked = run(&server, &main(r#"panic!("no tea")"#)).json();
    assert!(panicked["stderr"].as_str().expect("text").contains("no tea"), "{panicked}");
    assert_nothing_left(&book);
}

#[test]
fn the_compilers_messages_are_answered() {
    let book = book();
    let server = start(&book);
    let said = run(&server, "fn main() { let tea = 1; }").json();
    assert_eq!(said["status"], "ran");
    let warning = said["diagnostics"].as_str().expect("text");
    assert!(warning.contains("unused variable: `tea`") && warning.contains("main.rs:1:17"));
    let said = run(&server, &main("let _: u8 = 1u16;")).json();
    let error = said["diagnostics"].as_str().expect("text");
    assert!(error.starts_with("error[E0308]"), "{error}");
}

#[test]
fn the_edition_is_the_one_asked_for() {
    let book = book();
    let server = start(&book);
    let code = "fn main() { let async = 1; println!(\"{}\", async); }";
    for (edition, status) in
        [("2015", "ran"), ("2018", "refused"), ("2021", "refused"), ("2024", "refused")]
    {
        let body = json!({ "code": code, "edition": edition }).to_string();
        let request = Request::new(&server, "").body(body.as_bytes());
        assert_eq!(send(&server, &request).json()["status"], status, "{edition}");
    }
}

#[test]
fn a_program_gets_no_input_no_secrets_and_no_open_files() {
    let book = book();
    let server = start(&book);
    let said = run(
        &server,
        &main(
            r#"let names: std::collections::BTreeSet<_> = std::env::vars().map(|(name, _)| name).collect();
            let files = std::fs::read_dir("/proc/self/fd").unwrap().count();
            let here = std::fs::read_dir(".").unwrap().count();
            let input = std::io::read_to_string(std::io::stdin()).unwrap().len();
            println!("{names:?} {files} {here} {input}");"#,
        ),
    );
    // The fourth file is the directory that it looks into.
    assert_eq!(said.json()["stdout"], "{\"HOME\", \"LANG\", \"PATH\", \"TMPDIR\"} 4 0 0\n");
}

#[test]
fn a_program_that_wants_too_much_is_ended_and_told_so() {
    let book = book();
    let bounds = Bounds {
        time: LONG,
        memory: 64 << 20,
        output: 4 << 10,
        processes: 8,
        threads: 50,
        ..Bounds::default()
    };
    let patient = start_with(&book, bounds);
    let hasty = start_with(&book, Bounds { time: Duration::from_secs(1), ..bounds });
    let hog = "let mut hog = Vec::new(); loop { hog.push(vec![1_u8; 1 << 20]); }";
    // PR_SET_DUMPABLE: its memory is nobody's business but the superuser's.
    let hidden = format!("unsafe {{ prctl(4, 0) }}; {hog}");
    let shared = format!(
        "for _ in 0..5 {{ unsafe {{ if fork() == 0 {{ let _hog = vec![1_u8; 20 << 20]; loop {{}} }} }} }} {STAY}"
    );
    let threads = format!("for _ in 0..100 {{ std::thread::spawn(|| {STAY}); }} {STAY}");
    let bomb = "loop { unsafe { fork(); } }";
    let wants = [
        ("loop {}", "timeout", "1 s"),
        (STAY, "timeout", "1 s"),
        ("loop { println!(\"tea\"); }", "output", "4 KiB"),
        ("loop { eprintln!(\"tea\"); }", "output", "4 KiB"),
        ("print!(\"{}\", \"tea \".repeat(2000));", "output", "4 KiB"),
        (hog, "memory", "64 MiB"),
        (&hidden, "memory", "64 MiB"),
        (&shared, "memory", "64 MiB"),
        (&threads, "processes", "50 threads"),
        (bomb, "processes", "8 processes"),
    ];
    for (body, status, limit) in wants {
        let server = if status == "timeout" { &hasty } else { &patient };
        let said = run(server, &format!("{SYSTEM}{}", main(body))).json();
        assert_eq!(said["status"], status, "{body}: {said}");
        assert!(said["message"].as_str().is_some_and(|text| text.contains(limit)), "{said}");
        assert_eq!(said["truncated"], status == "output", "{body}");
        assert!(said["stdout"].as_str().is_some_and(|text| text.len() <= 4 << 10), "{body}");
    }
    assert_nothing_left(&book);
}

const STAY: &str = "loop { std::thread::sleep(std::time::Duration::from_secs(9)); }";

#[test]
fn a_compiler_that_wants_too_much_is_ended_and_told_so() {
    let book = book();
    let bounds = Bounds { compile_time: Duration::from_secs(2), ..Bounds::default() };
    let server = start_with(&book, bounds);
    let endless = "#![allow(long_running_const_eval)] const TEA: () = loop {}; fn main() { TEA }";
    let said = run(&server, endless).json();
    assert_eq!(said["status"], "refused", "{said}");
    let told = said["diagnostics"].as_str().expect("text");
    assert!(told.ends_with("error: rustc still ran after 2 s and was ended"), "{told}");
    assert_nothing_left(&book);
}

/// The second process leaves its group if it can, and has nothing by which it could be found.
#[test]
fn what_a_program_leaves_running_ends_with_it() {
    let book = book();
    let server = start(&book);
    let port = free_port();
    let code = format!(
        "{SYSTEM}fn main() {{
            if std::env::args().count() == 1 {{
                let mut again = std::process::Command::new(std::env::current_exe().unwrap());
                again.arg(\"again\").env_clear().current_dir(\"/\").spawn().unwrap();
                while std::net::TcpStream::connect((\"127.0.0.1\", {port})).is_err() {{}}
                return;
            }}
            let left = unsafe {{ (setsid(), setpgid(0, 0)) }};
            println!(\"{{left:?}}\");
            let socket = std::net::TcpListener::bind((\"127.0.0.1\", {port})).unwrap();
            unsafe {{ fork() }};
            for stream in socket.incoming() {{ drop(stream); }}
        }}"
    );
    let said = run(&server, &code).json();
    assert_eq!(said["stdout"], "(-1, -1)\n", "it left its group");
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("the port is free again");
    assert_nothing_left(&book);
}

/// The superuser, as in many containers, may remove anything anyway.
#[test]
fn a_directory_that_a_program_has_shut_is_removed() {
    let book = book();
    let server = start(&book);
    let shut = r#"use std::os::unix::fs::PermissionsExt;
        std::fs::create_dir_all("shut/inside").unwrap();
        std::fs::set_permissions("shut", std::fs::Permissions::from_mode(0)).unwrap();"#;
    assert_eq!(run(&server, &main(shut)).json()["status"], "ran");
    assert_nothing_left(&book);
}

/// Whoever follows them down needs room on the stack and an open file for each.
#[test]
fn directories_of_any_depth_are_removed() {
    let book = book();
    let server = start_with(&book, Bounds { time: LONG, ..Bounds::default() });
    let dig = r#"for _ in 0..16_000 {
            std::fs::create_dir("x").unwrap();
            std::env::set_current_dir("x").unwrap();
        }"#;
    assert_eq!(run(&server, &main(dig)).json()["status"], "ran");
    assert_nothing_left(&book);
}

/// Opening a pipe that nobody writes to waits forever.
#[test]
fn a_lock_that_a_program_has_made_a_pipe_of_stops_nobody() {
    let book = book();
    let server = start_with(&book, Bounds { time: LONG, ..Bounds::default() });
    let block = r#"std::fs::remove_file("../lock").unwrap();
        std::process::Command::new("mkfifo").arg("../lock").status().unwrap();"#;
    let code = main(&format!(
        "{block} std::fs::write({:?}, \"\").unwrap(); {STAY}",
        book.root().join("mark")
    ));
    let _page = ask(&server, &Request::new(&server, &code));
    wait_until("it runs", || book.root().join("mark").exists());
    assert_eq!(run(&server, &main("")).json()["status"], "ran");
}

#[test]
fn a_program_has_no_terminal() {
    let book = book();
    let server = start(&book);
    let code = "unsafe extern \"C\" { fn getsid(process: i32) -> i32; }
        fn main() { println!(\"{}\", unsafe { getsid(0) } == std::process::id() as i32); }";
    let said = run(&server, code).json();
    assert_eq!(said["stdout"], "true\n", "it shares the server's session, and with it a terminal");
}

/// Where a `fork` has failed, `kill(child, ...)` means all processes of the user.
#[test]
fn a_program_cannot_signal_all_processes_at_once() {
    let book = book();
    let server = start(&book);
    let code = "unsafe extern \"C\" { fn kill(process: i32, signal: i32) -> i32; }
        fn main() { println!(\"{:?}\", unsafe { (kill(-1, 0), kill(0, 0)) }); }";
    assert_eq!(run(&server, code).json()["stdout"], "(-1, 0)\n");
}

#[test]
fn a_program_that_nobody_waits_for_is_ended() {
    let book = book();
    let server = start_with(&book, Bounds { time: LONG, ..Bounds::default() });
    for _ in 0..3 {
        let mark = book.root().join("mark");
        let page = ask(&server, &Request::new(&server, &marked(book.root(), STAY)));
        wait_until("it runs", || mark.exists());
        drop(page);
        wait_until("it has ended", || programs(&book).is_empty());
        fs::remove_file(mark).expect("a mark");
    }
    let said = run(&server, &main(""));
    assert_eq!(said.json()["status"], "ran", "no turn is left");
}

#[test]
fn a_server_ends_its_programs_when_it_stops() {
    let book = book();
    let server = start_with(&book, Bounds { time: LONG, ..Bounds::default() });
    let request = Request::new(&server, &marked(book.root(), STAY));
    let _pages: Vec<_> = (0..5).map(|_| ask(&server, &request)).collect();
    wait_until("one runs", || book.root().join("mark").exists());
    drop(server);
    assert_nothing_left(&book);
}

/// Each program counts those that run while it does.
#[test]
fn of_a_hundred_requests_at_once_two_run_and_few_wait() {
    let book = book();
    let server = start(&book);
    let dir = book.root().join("running");
    fs::create_dir(&dir).expect("a directory");
    let code = main(&format!(
        "let mine = std::path::Path::new({dir:?}).join(std::process::id().to_string());
        std::fs::write(&mine, \"\").unwrap();
        std::thread::sleep(std::time::Duration::from_millis(100));
        print!(\"{{}}\", std::fs::read_dir({dir:?}).unwrap().count());
        std::fs::remove_file(&mine).unwrap();"
    ));
    let request = Request::new(&server, &code);
    let answers: Vec<Answer> = scope(|scope| {
        let asked: Vec<_> = (0..100).map(|_| scope.spawn(|| send(&server, &request))).collect();
        asked.into_iter().map(|asked| asked.join().expect("an answer")).collect()
    });
    let (ran, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    for answer in &ran {
        let said = answer.json();
        assert!(said["stdout"] == "1" || said["stdout"] == "2", "more than two at once: {said}");
    }
    assert!(ran.len() >= 10, "{} ran", ran.len());
    assert!(!refused.is_empty(), "all of them waited");
    for answer in refused {
        assert_eq!(answer.status, 429, "{}", answer.body);
        assert!(answer.json()["error"].as_str().is_some_and(|text| text.contains("8 wait")));
    }
    assert_eq!(run(&server, &main("")).json()["status"], "ran");
    assert_nothing_left(&book);
}

#[test]
fn only_served_pages_carry_the_token() {
    let book = book();
    let server = start(&book);
    let token = token(&server);
    assert_eq!(token.len(), 64);
    let site = book.root().join("book");
    guide::site::build(book.root(), &site).expect("a site");
    for file in walkdir::WalkDir::new(&site).into_iter().map(|entry| entry.expect("a file")) {
        let Ok(text) = fs::read_to_string(file.path()) else { continue };
        let path = file.path().strip_prefix(&site).expect("a path");
        assert!(!text.contains("name=\"guide-runner"), "{}", path.display());
        let answer = send(&server, &Request::get(&server, &format!("/{}", path.display())));
        let is_page = answer.head.contains("content-type: text/html");
        assert_eq!(answer.body.contains(&token), is_page, "{}", path.display());
    }
}

/// A page of someone else must neither show ours in a frame nor read it as a script or a style.
#[test]
fn pages_of_others_cannot_embed_ours() {
    let book = book();
    let server = start(&book);
    token(&server);
    for path in ["/", "/core/question.html", "/nothing.html", "/__guide/live.js"] {
        let head = send(&server, &Request::get(&server, path)).head;
        for header in [
            "content-security-policy: frame-ancestors 'self'",
            "cross-origin-resource-policy: same-origin",
            "x-content-type-options: nosniff",
        ] {
            assert!(head.contains(header), "{path} without {header}: {head}");
        }
    }
}

#[test]
fn a_server_that_others_can_reach_runs_nothing() {
    let book = book();
    let options = Options {
        host: Ipv4Addr::UNSPECIFIED.into(),
        port: free_port(),
        ..Options::new(book.root())
    };
    let server = Server::start(&options, |_| Vec::new()).expect("a server");
    let page = Request::get(&server, "/core/question.html");
    wait_until("it is rendered", || send(&server, &page).status == 200);
    let page = send(&server, &page.with("Host", "guide.example"));
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(!page.body.contains("name=\"guide-runner\""), "it carries a token");
    let token = String::new();
    let answer = send(&server, &Request::with_token(&server, &token, &main("")));
    assert_eq!(answer.status, 403);
    assert!(answer.json()["error"].as_str().is_some_and(|text| text.contains("Other machines")));
}

#[test]
fn a_server_that_others_can_reach_says_that_it_runs_nothing() {
    let book = book();
    let mut command = book.command(&["serve", "--port", "0", "--host", "0.0.0.0"]);
    let mut server = command.stderr(Stdio::piped()).spawn().expect("a server");
    let said = BufReader::new(server.stderr.take().expect("a pipe")).lines();
    let mut said = said.map(|line| line.expect("text"));
    assert!(said.any(|line| line.contains("its pages cannot run programs")), "it says nothing");
    kill_process(Pid::from_child(&server), Signal::INT).expect("a running process");
    server.wait().expect("it ends");
}
