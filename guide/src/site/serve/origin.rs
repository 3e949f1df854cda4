//! Whose requests are answered. Pages of anyone run in the reader's browser, on the reader's machine: what
//! reaches this server from there is told apart by headers that no page can forge.

use std::net::SocketAddr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};

/// The port that a browser leaves out.
const USUAL: u16 = 80;

/// Whether a request names this server. A page elsewhere can point a name of its own at this machine; its
/// requests then carry that name. Where other machines may ask too, any name will do: nothing is secret.
pub(super) fn is_for_us(request: &Parts, address: SocketAddr) -> bool {
    if !address.ip().is_loopback() {
        return true;
    }
    // Only a proxy is asked for an address with a host in it, which would count more than the header.
    let is_plain = request.uri.authority().is_none();
    is_plain && host(request, address).is_some()
}

/// Whether a request comes from a page of this server: a browser sends the page's origin along with it.
pub(super) fn is_from_us(request: &Parts, address: SocketAddr) -> bool {
    let origin = host(request, address).map(|host| format!("http://{host}"));
    is_for_us(request, address)
        && origin.is_some_and(|ours| only(&request.headers, &header::ORIGIN) == Some(&ours))
}

/// The value of a header that must occur exactly once: of two, another reader might take the other one.
pub(super) fn only<'request>(
    headers: &'request HeaderMap,
    name: &HeaderName,
) -> Option<&'request str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok();
    value.filter(|_| values.next().is_none())
}

/// The name by which a request calls this server, if it is one.
fn host(request: &Parts, address: SocketAddr) -> Option<&str> {
    let host = only(&request.headers, &header::HOST)?;
    names(address).iter().any(|name| name == host).then_some(host)
}

fn names(address: SocketAddr) -> [String; 2] {
    let port = address.port();
    if port == USUAL {
        let host = address.to_string();
        return [host.trim_end_matches(":80").to_owned(), "localhost".to_owned()];
    }
    [address.to_string(), format!("localhost:{port}")]
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_browser_leaves_out_the_usual_port() {
        let names = |address: &str| names(address.parse().expect("an address"));
        assert_eq!(names("127.0.0.1:3000"), ["127.0.0.1:3000", "localhost:3000"]);
        assert_eq!(names("127.0.0.1:80"), ["127.0.0.1", "localhost"]);
        assert_eq!(names("[::1]:80"), ["[::1]", "localhost"]);
    }
}
