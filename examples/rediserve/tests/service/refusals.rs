//! What clients get wrong, and are told.

use serde_json::{Value, json};

use crate::backend::Backend;
use crate::client::Service;
use crate::{Test, tests};

const KEY_LENGTH: &str = "a key has 1 to 256 bytes";
const KEY_CHARACTER: &str = "a key has no control characters";
const TENANT: &str = "a tenant is 1 to 32 lowercase letters, digits and hyphens";
const TTL: &str = "a ttl is a whole number of seconds from 1 to 31536000";
const QUERY: &str = "the query has an unknown, repeated or undecodable parameter";
const BATCH: &str = "a batch is a JSON array of 1 to 100 operations";

pub(crate) fn tests() -> Vec<Test> {
    tests![
        keys_are_checked,
        tenants_are_checked,
        lifetimes_are_checked,
        values_are_checked,
        listings_are_checked,
        batches_are_checked,
        routes_and_methods_are_checked,
    ]
}

async fn keys_are_checked(backend: Backend) {
    let service = Service::new(&backend);
    let too_long = "k".repeat(257);
    // 86 characters of 3 bytes each.
    let too_long_in_bytes = "%E2%82%AC".repeat(86);
    for (key, code, message) in [
        (too_long.as_str(), "invalid_key", KEY_LENGTH),
        (&too_long_in_bytes, "invalid_key", KEY_LENGTH),
        ("a%00b", "invalid_key", KEY_CHARACTER),
        ("a%0Ab", "invalid_key", KEY_CHARACTER),
        ("%C2%85", "invalid_key", KEY_CHARACTER),
        ("%FF", "invalid_path", "the path is not UTF-8"),
        ("%C3", "invalid_path", "the path is not UTF-8"),
    ] {
        let path = format!("/v1/acme/entries/{key}");
        service.get(&path).await.is_error(400, code, message);
        service.put(&path, "").await.is_error(400, code, message);
        service.delete(&path).await.is_error(400, code, message);
    }
}

async fn tenants_are_checked(backend: Backend) {
    let service = Service::new(&backend);
    let too_long = "t".repeat(33);
    for tenant in ["Acme", "a:b", "a%2A", "a_b", "%C3%BC", &too_long] {
        for path in ["entries/k", "entries"] {
            let path = format!("/v1/{tenant}/{path}");
            service.get(&path).await.is_error(400, "invalid_tenant", TENANT);
        }
        let path = format!("/v1/{tenant}/batch");
        service.post(&path, "[]").await.is_error(400, "invalid_tenant", TENANT);
    }
}

async fn lifetimes_are_checked(backend: Backend) {
    let service = Service::new(&backend);
    let put = async |query: &str| {
        service.put(&format!("/v1/acme/entries/k?{query}"), "v").await
    };
    for ttl in
        ["", "0", "-1", "1.5", "1s", "31536001", "99999999999999999999", "%00"]
    {
        put(&format!("ttl={ttl}")).await.is_error(400, "invalid_ttl", TTL);
    }
    for query in ["tll=60", "ttl=1&ttl=2", "ttl=1&x=", "ttl=%FF"] {
        put(query).await.is_error(400, "invalid_query", QUERY);
    }
    assert_eq!(service.get("/v1/acme/entries/k").await.status, 404);
}

async fn values_are_checked(backend: Backend) {
    let service = Service::new(&backend);
    let path = "/v1/acme/entries/k";
    let too_long = "a value has at most 65536 bytes";
    let answer = service.put(path, vec![b'v'; 64 * 1024 + 1]).await;
    answer.is_error(413, "body_too_large", too_long);
    let answer = service.put(path, vec![b'v'; 10 * 1024 * 1024]).await;
    answer.is_error(413, "body_too_large", too_long);
    let answer = service.put(path, vec![b'v', 0xFF]).await;
    answer.is_error(400, "invalid_value", "a value is UTF-8 text");
    assert_eq!(service.get(path).await.status, 404);
}

async fn listings_are_checked(backend: Backend) {
    let service = Service::new(&backend);
    let too_long = format!("prefix={}", "p".repeat(257));
    let cursor = "a cursor is taken from the page before";
    for (query, code, message) in [
        ("cursor=", "invalid_cursor", cursor),
        ("cursor=-1", "invalid_cursor", cursor),
        ("cursor=18446744073709551616", "invalid_cursor", cursor),
        ("prefix=%0A", "invalid_key", KEY_CHARACTER),
        (&too_long, "invalid_key", KEY_LENGTH),
        ("prefix=%FF", "invalid_query", QUERY),
        ("limit=10", "invalid_query", QUERY),
    ] {
        let answer = service.get(&format!("/v1/acme/entries?{query}")).await;
        answer.is_error(400, code, message);
    }
}

async fn batches_are_checked(backend: Backend) {
    let service = Service::new(&backend);
    let get = json!({ "op": "get", "key": "k" });
    let many = |count| Value::Array(vec![get.clone(); count]).to_string();
    assert_eq!(service.post("/v1/acme/batch", many(100)).await.status, 200);
    for batch in [
        "",
        "[]",
        "{}",
        "[7]",
        r#"[{"op":"flush"}]"#,
        r#"[{"op":"get"}]"#,
        r#"[{"op":"get","key":7}]"#,
        r#"[{"op":"set","key":"k"}]"#,
        r#"[{"op":"set","key":"k","value":"v","ttl":-1}]"#,
        r#"[{"op":"set","key":"k","value":"v","tll":1}]"#,
        r#"[{"op":"get","key":"k"}"#,
        &many(101),
        &"[".repeat(100_000),
    ] {
        let answer = service.post("/v1/acme/batch", batch.to_owned()).await;
        answer.is_error(400, "invalid_batch", BATCH);
    }
    let long = "v".repeat(64 * 1024 + 1);
    for (step, status, code, message) in [
        (json!({ "op": "get", "key": "" }), 400, "invalid_key", KEY_LENGTH),
        (json!({ "op": "delete", "key": "\n" }), 400, "invalid_key", KEY_CHARACTER),
        (
            json!({ "op": "set", "key": "k", "value": "", "ttl": 0 }),
            400,
            "invalid_ttl",
            TTL,
        ),
        (
            json!({ "op": "set", "key": "k", "value": long }),
            413,
            "body_too_large",
            "a value has at most 65536 bytes",
        ),
    ] {
        // The first step is not done either.
        let first = json!({ "op": "set", "key": "first", "value": "" });
        let batch = json!([first, step]).to_string();
        let answer = service.post("/v1/acme/batch", batch).await;
        answer.is_error(status, code, message);
    }
    assert_eq!(service.get("/v1/acme/entries/first").await.status, 404);
    let answer = service.post("/v1/acme/batch", vec![b' '; 1024 * 1024 + 1]).await;
    let message = "the body of a batch has at most 1048576 bytes";
    answer.is_error(413, "body_too_large", message);
}

async fn routes_and_methods_are_checked(backend: Backend) {
    let service = Service::new(&backend);
    for path in ["/", "/v1", "/v1/acme", "/v1/acme/entries/", "/v1/acme/entries/a/b"]
    {
        service.get(path).await.is_error(404, "no_route", "there is no such route");
    }
    let message = "this route does not know that method";
    service.post("/v1/acme/entries/a", "").await.is_error(405, "no_method", message);
    service.get("/v1/acme/batch").await.is_error(405, "no_method", message);
    service.delete("/healthz").await.is_error(405, "no_method", message);
}
