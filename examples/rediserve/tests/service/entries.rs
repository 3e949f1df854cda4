//! What clients ask for, and get.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::backend::Backend;
use crate::client::Service;
use crate::{Test, tests};

pub(crate) fn tests() -> Vec<Test> {
    tests![
        an_entry_is_written_read_and_removed,
        keys_and_values_are_any_text,
        tenants_do_not_see_each_other,
        an_entry_with_a_lifetime_ends,
        a_write_replaces_the_lifetime_too,
        limits_are_reached,
        a_listing_has_each_key,
        a_prefix_means_itself,
        a_page_is_bounded,
        what_stays_is_listed_while_others_go,
        a_batch_is_done_in_its_order,
        the_metrics_count,
        it_is_ready,
    ]
}

async fn an_entry_is_written_read_and_removed(backend: Backend) {
    let service = Service::new(&backend);
    let order = "/v1/acme/entries/order-7";
    service.get(order).await.is_error(404, "no_entry", "there is no such entry");
    service.put(order, "shipped").await.is(204, "");
    service.get(order).await.is(200, "shipped");
    service.put(order, "").await.is(204, "");
    service.get(order).await.is(200, "");
    service.delete(order).await.is(204, "");
    service.delete(order).await.is_error(404, "no_entry", "there is no such entry");
    service.get(order).await.is_error(404, "no_entry", "there is no such entry");
}

async fn keys_and_values_are_any_text(backend: Backend) {
    let service = Service::new(&backend);
    let key = "/v1/acme/entries/%C3%BC%20%2F%3A%7B%2A%3F";
    service.put(key, "größer\r\n$-1\r\n\0").await.is(204, "");
    service.get(key).await.is(200, "größer\r\n$-1\r\n\0");
    service
        .get("/v1/acme/entries")
        .await
        .is(200, r#"{"keys":["ü /:{*?"],"cursor":null}"#);
}

async fn tenants_do_not_see_each_other(backend: Backend) {
    let service = Service::new(&backend);
    service.put("/v1/a/entries/k", "of a").await.is(204, "");
    service.put("/v1/a-b/entries/k", "of a-b").await.is(204, "");
    service.get("/v1/a/entries/k").await.is(200, "of a");
    service.get("/v1/b/entries/k").await.is_error(
        404,
        "no_entry",
        "there is no such entry",
    );
    service.delete("/v1/b/entries/k").await;
    service.get("/v1/a/entries").await.is(200, r#"{"keys":["k"],"cursor":null}"#);
    service.get("/v1/a-b/entries/k").await.is(200, "of a-b");
}

async fn an_entry_with_a_lifetime_ends(backend: Backend) {
    let service = Service::new(&backend);
    service.put("/v1/acme/entries/code?ttl=1", "1234").await.is(204, "");
    let read = service.get("/v1/acme/entries/code").await;
    read.is(200, "1234");
    assert!((1..=1000).contains(&read.ttl_ms.expect("it has an end")));
    while service.get("/v1/acme/entries/code").await.status != 404 {
        sleep(Duration::from_millis(50)).await;
    }
    service.get("/v1/acme/entries").await.is(200, r#"{"keys":[],"cursor":null}"#);
    service.delete("/v1/acme/entries/code").await.is_error(
        404,
        "no_entry",
        "there is no such entry",
    );
}

async fn a_write_replaces_the_lifetime_too(backend: Backend) {
    let service = Service::new(&backend);
    let ttl = async |query| {
        service
            .put(&format!("/v1/acme/entries/session{query}"), "x")
            .await
            .is(204, "");
        service.get("/v1/acme/entries/session").await.ttl_ms
    };
    assert_eq!(ttl("").await, None);
    assert!(
        ttl("?ttl=1000")
            .await
            .is_some_and(|ttl| (900_000..=1_000_000).contains(&ttl))
    );
    assert!(ttl("?ttl=50").await.is_some_and(|ttl| ttl <= 50_000));
    assert_eq!(ttl("").await, None);
    let longest = ttl("?ttl=31536000").await;
    assert!(
        longest.is_some_and(|ttl| (31_535_900_000..=31_536_000_000).contains(&ttl))
    );
}

async fn limits_are_reached(backend: Backend) {
    let service = Service::new(&backend);
    let key = format!("/v1/{}/entries/{}", "t".repeat(32), "k".repeat(256));
    let value = "v".repeat(64 * 1024);
    service.put(&key, value.clone()).await.is(204, "");
    service.get(&key).await.is(200, &value);
}

/// All pages, and how many there were.
async fn listed(service: &Service, query: &str) -> (Vec<String>, usize) {
    let (mut keys, mut pages, mut cursor) = (Vec::new(), 0, Some("0".to_owned()));
    while let Some(at) = cursor {
        let path = format!("/v1/acme/entries?cursor={at}&{query}");
        let page = service.get(&path).await.json();
        keys.extend(page["keys"].as_array().expect("it is one").iter().map(text));
        cursor = page["cursor"].as_str().map(str::to_owned);
        pages += 1;
    }
    (keys, pages)
}

fn text(value: &Value) -> String {
    value.as_str().expect("it is a string").to_owned()
}

/// Writes the entries by batches, and returns their keys.
async fn filled(
    service: &Service,
    tenant: &str,
    prefix: &str,
    count: usize,
) -> BTreeSet<String> {
    let keys: Vec<_> =
        (0..count).map(|number| format!("{prefix}{number}")).collect();
    for keys in keys.chunks(100) {
        let set = |key: &String| json!({ "op": "set", "key": key, "value": "" });
        let batch = keys.iter().map(set).collect::<Value>().to_string();
        assert_eq!(
            service.post(&format!("/v1/{tenant}/batch"), batch).await.status,
            200
        );
    }
    keys.into_iter().collect()
}

async fn a_listing_has_each_key(backend: Backend) {
    let service = Service::new(&backend);
    filled(&service, "other", "order-", 500).await;
    filled(&service, "acme", "invoice-", 500).await;
    let orders = filled(&service, "acme", "order-", 700).await;
    let (keys, pages) = listed(&service, "prefix=order-").await;
    assert_eq!(keys.iter().cloned().collect::<BTreeSet<_>>(), orders);
    assert!(pages > 1, "{pages}");
    assert_eq!(listed(&service, "prefix=order-69").await.0.len(), 11);
    assert_eq!(listed(&service, "").await.0.len(), 1200);
}

async fn a_prefix_means_itself(backend: Backend) {
    let service = Service::new(&backend);
    for key in ["a*b", "axb", "a%3Fb", "a[x]b", "a%5Cb", "a%5C*b"] {
        service.put(&format!("/v1/acme/entries/{key}"), "").await.is(204, "");
    }
    for (prefix, keys) in [
        ("a*", vec!["a*b"]),
        ("a%3F", vec!["a?b"]),
        ("a[x]", vec!["a[x]b"]),
        ("a%5C", vec!["a\\*b", "a\\b"]),
        ("*", vec![]),
        ("axb", vec!["axb"]),
        ("axb*", vec![]),
    ] {
        let page = service.get(&format!("/v1/acme/entries?prefix={prefix}")).await;
        assert_eq!(page.json(), json!({ "keys": keys, "cursor": null }), "{prefix}");
    }
}

/// A page of a tenant with one key among thousands looks at 2000 names, and says where to go on.
async fn a_page_is_bounded(backend: Backend) {
    let service = Service::new(&backend);
    filled(&service, "other", "order-", 4000).await;
    service.put("/v1/acme/entries/only", "").await.is(204, "");
    let (keys, pages) = listed(&service, "").await;
    assert_eq!(keys, ["only"]);
    assert!((2..8).contains(&pages), "{pages}");
    let first = service.get("/v1/other/entries").await.json();
    let length = first["keys"].as_array().expect("it is one").len();
    assert!((100..1000).contains(&length), "{length}");
}

async fn what_stays_is_listed_while_others_go(backend: Backend) {
    let service = Service::new(&backend);
    filled(&service, "acme", "gone-", 1000).await;
    let stays = filled(&service, "acme", "stays-", 1000).await;
    let first = service.get("/v1/acme/entries").await.json();
    let mut seen: BTreeSet<_> =
        first["keys"].as_array().expect("it is one").iter().map(text).collect();
    for number in 0..1000 {
        service.delete(&format!("/v1/acme/entries/gone-{number}")).await.is(204, "");
    }
    let mut cursor = first["cursor"].as_str().map(str::to_owned);
    while let Some(at) = cursor {
        let page =
            service.get(&format!("/v1/acme/entries?cursor={at}")).await.json();
        seen.extend(page["keys"].as_array().expect("it is one").iter().map(text));
        cursor = page["cursor"].as_str().map(str::to_owned);
    }
    assert!(stays.is_subset(&seen), "{:?}", stays.difference(&seen));
}

async fn a_batch_is_done_in_its_order(backend: Backend) {
    let service = Service::new(&backend);
    let batch = json!([
        { "op": "get", "key": "a" },
        { "op": "set", "key": "a", "value": "1" },
        { "op": "get", "key": "a" },
        { "op": "set", "key": "b", "value": "2", "ttl": 60 },
        { "op": "delete", "key": "a" },
        { "op": "delete", "key": "a" },
        { "op": "get", "key": "b" },
    ]);
    let answer = service.post("/v1/acme/batch", batch.to_string()).await;
    let expected = json!([
        { "value": null }, { "set": true }, { "value": "1" }, { "set": true },
        { "deleted": true }, { "deleted": false }, { "value": "2" },
    ]);
    assert_eq!((answer.status.as_u16(), answer.json()), (200, expected));
    let ttl = service.get("/v1/acme/entries/b").await.ttl_ms;
    assert!(ttl.is_some_and(|ttl| ttl <= 60_000));
    service.get("/v1/other/entries/b").await.is_error(
        404,
        "no_entry",
        "there is no such entry",
    );
}

async fn the_metrics_count(backend: Backend) {
    let service = Service::new(&backend);
    service.put("/v1/acme/entries/a", "1").await.is(204, "");
    service.get("/v1/acme/entries/a").await.is(200, "1");
    service.get("/v1/acme/entries/a").await.is(200, "1");
    service.get("/v1/acme/entries/b").await;
    let metrics = service.get("/metrics").await;
    let route = "route=\"/v1/{tenant}/entries/{key}\"";
    for line in [
        format!(
            "http_request_seconds_count{{method=\"GET\",{route},status=\"200\"}} 2"
        ),
        format!(
            "http_request_seconds_bucket{{method=\"GET\",{route},status=\"404\",le=\"+Inf\"}} 1"
        ),
        format!(
            "http_request_seconds_count{{method=\"PUT\",{route},status=\"204\"}} 1"
        ),
        "redis_connections_open 1".to_owned(),
        "redis_connections_free 1".to_owned(),
    ] {
        assert!(
            metrics.body.lines().any(|found| found == line),
            "{line}\n{}",
            metrics.body
        );
    }
}

async fn it_is_ready(backend: Backend) {
    let service = Service::new(&backend);
    service.get("/readyz").await.is(200, "ready\n");
    service.get("/healthz").await.is(200, "alive\n");
}
