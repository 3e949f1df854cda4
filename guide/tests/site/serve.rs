//! The local server, as a browser and an editor see it.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use guide::site::{Options, Server};
use serde_json::Value;

use crate::book::{Book, CHAPTER};

const BROKEN: &str = "# A chapter\n\n```admonish wisdom\nNo.\n```\n";
/// Far more answers than a build and its samples need: a server that never gets there fails the test.
const ANSWERS: usize = 20;

pub(crate) fn start(book: &Book) -> Server {
    start_on(book, free_port(), |_| Vec::new())
}

fn start_on(book: &Book, port: u16, findings: fn(&Path) -> Vec<String>) -> Server {
    let options = Options { port, ..Options::new(book.root()) };
    Server::start(&options, findings).expect("a server")
}

fn free_port() -> u16 {
    let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    socket.local_addr().expect("an address").port()
}

/// The status and the body of an answer.
pub(crate) fn get(server: &Server, path: &str) -> (u16, String) {
    get_as(server, path, &server.address().to_string())
}

fn get_as(server: &Server, path: &str, host: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(server.address()).expect("a connection");
    // HTTP/1.0, so that the body is not sent in chunks.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").expect("a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("a status"), body.to_owned())
}

/// Asks for news, as an open page does, until they are as wanted.
pub(crate) fn news_when(server: &Server, wanted: impl Fn(&Value) -> bool) -> Value {
    news_about(server, "", wanted)
}

/// The same, for the page of a chapter in this file.
pub(crate) fn news_about(server: &Server, file: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let mut version = 0;
    for _ in 0..ANSWERS {
        let (_, body) = get(server, &format!("/__guide/news/{file}?after={version}"));
        let news: Value = serde_json::from_str(&body).expect("JSON");
        if wanted(&news) {
            return news;
        }
        version = news["version"].as_u64().expect("a version");
    }
    panic!("the news never came");
}

fn build_of(page: &str) -> u64 {
    let (_, rest) = page.split_once("data-build=\"").expect("the live-reload script");
    rest.split('"').next().and_then(|build| build.parse().ok()).expect("a build")
}

fn is_built(news: &Value) -> bool {
    news["build"] != news["version"] || news["problems"] != Value::Array(Vec::new())
}

pub(crate) fn problems(news: &Value) -> Vec<&str> {
    news["problems"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn a_saved_chapter_reaches_the_open_page() {
    let book = Book::new();
    let server = start(&book);
    news_when(&server, is_built);
    let (status, page) = get(&server, "/part/chapter.html");
    assert_eq!(status, 200);
    book.write("src/part/chapter.md", &CHAPTER.replace("Because.", "Therefore."));
    news_when(&server, |news| news["build"].as_u64() > Some(build_of(&page)));
    assert!(get(&server, "/part/chapter.html").1.contains("Therefore."));
}

#[test]
fn a_broken_chapter_is_reported_over_the_last_good_page() {
    let book = Book::new();
    let server = start(&book);
    let built = news_when(&server, is_built);
    book.write("src/part/chapter.md", BROKEN);
    let news = news_when(&server, |news| !problems(news).is_empty());
    assert!(problems(&news)[0].contains("src/part/chapter.md:3"), "{news}");
    assert_eq!(news["build"], built["build"], "the page was reloaded");
    assert!(get(&server, "/part/chapter.html").1.contains("Because."));
    book.write("src/part/chapter.md", CHAPTER);
    let mended = news_when(&server, |news| news["build"] != built["build"]);
    assert!(problems(&mended).is_empty(), "{mended}");
}

#[test]
fn a_book_that_never_was_rendered_is_served_all_the_same() {
    let book = Book::new();
    book.write("src/part/chapter.md", BROKEN);
    let server = start(&book);
    news_when(&server, |news| !problems(news).is_empty());
    let (status, page) = get(&server, "/part/chapter.html");
    assert_eq!(status, 503);
    let build = build_of(&page);
    book.write("src/part/chapter.md", CHAPTER);
    news_when(&server, |news| news["build"].as_u64() > Some(build));
    assert_eq!(get(&server, "/part/chapter.html").0, 200);
}

#[test]
fn theme_and_configuration_are_watched() {
    let book = Book::new();
    let server = start(&book);
    let mut build = news_when(&server, is_built)["build"].clone();
    for path in ["theme/page.css", "book.toml", "src/SUMMARY.md"] {
        let text = crate::book::read(&book.root().join(path));
        book.write(path, &format!("{text}\n"));
        build = news_when(&server, |news| news["build"] != build)["build"].clone();
    }
}

#[test]
fn other_findings_are_shown_over_the_page() {
    let book = Book::new();
    let server = start_on(&book, free_port(), |_| vec!["line 7 is not true".to_owned()]);
    let news = news_when(&server, |news| !problems(news).is_empty());
    assert_eq!(problems(&news), ["line 7 is not true"]);
    assert_eq!(get(&server, "/").0, 200);
}

#[test]
fn a_taken_port_gives_the_next_one() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
    let port = taken.local_addr().expect("an address").port();
    let book = Book::new();
    let server = start_on(&book, port, |_| Vec::new());
    assert_ne!(server.address().port(), port);
    assert!(server.address().ip().is_loopback());
}

#[test]
fn only_our_own_name_is_answered() {
    let book = Book::new();
    let server = start(&book);
    news_when(&server, is_built);
    let port = server.address().port();
    assert_eq!(get_as(&server, "/", &format!("localhost:{port}")).0, 200);
    for host in
        ["evil.example".to_owned(), format!("evil.example:{port}"), "127.0.0.1:1".to_owned()]
    {
        let (status, body) = get_as(&server, "/", &host);
        assert_eq!(status, 403, "{host}");
        assert!(!body.contains("chapter"), "{body}");
    }
}

#[test]
fn only_files_of_the_site_are_answered() {
    let book = Book::new();
    let server = start(&book);
    news_when(&server, is_built);
    for path in ["/../book.toml", "/%2e%2e/book.toml", "/nothing.html", "//etc/passwd"] {
        assert_eq!(get(&server, path).0, 404, "{path}");
    }
}

/// A browser opens several connections at once and keeps them; none may wait for another to end.
#[test]
fn many_connections_at_once_are_all_answered() {
    let book = Book::new();
    let server = start(&book);
    news_when(&server, is_built);
    let connect = || TcpStream::connect(server.address()).expect("a connection");
    let mut connections: Vec<TcpStream> = (0..32).map(|_| connect()).collect();
    for stream in &mut connections {
        let host = server.address();
        write!(stream, "GET /part/chapter.html HTTP/1.1\r\nHost: {host}\r\n\r\n")
            .expect("a request");
    }
    for stream in &mut connections {
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
        let mut start = [0; 12];
        stream.read_exact(&mut start).expect("an answer while the other connections stay open");
        assert_eq!(&start, b"HTTP/1.1 200");
    }
}
