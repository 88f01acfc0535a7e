//! Requests that real servers signed, as they were caught on the wire: each is judged at the moment
//! it was sent, with the key of its sender where that was caught too.
//!
//! The files are in the folder that `CAREFOLK_CORPUS` names, and stay there; only their names and
//! outcomes are in `tests/corpus/signed.txt`, whose README says how it is written anew.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use carefolk_signatures::{Incoming, PublicKey, SignatureError, digest_sha256, read};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

const LIST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/corpus/signed.txt");

/// Keys by their ids, each in every form that it had: a laboratory is set up more than once.
type Keys = BTreeMap<String, HashSet<String>>;

#[test]
fn what_real_servers_signed_is_judged_as_before() {
    let Some(folder) = std::env::var_os("CAREFOLK_CORPUS").map(PathBuf::from) else {
        println!("corpus: judged 0 signed requests, for CAREFOLK_CORPUS names no folder");
        return;
    };
    let caught = caught(&folder.join("captured"));
    let mut keys = Keys::new();
    for exchange in caught.values() {
        collect_keys(exchange, &mut keys);
    }
    let (mut lines, mut verified, mut count) = (String::new(), 0, 0);
    for (name, exchange) in &caught {
        let request = Caught::read(exchange);
        if !request.headers.contains_key("signature") {
            continue;
        }
        let outcome = request.judged(&keys);
        verified += usize::from(outcome.contains("verified"));
        count += 1;
        writeln!(lines, "captured/{name} → {outcome}").unwrap();
    }
    println!("corpus: judged {count} signed requests; {verified} were verified with their keys");
    compare(&lines);
}

/// The exchanges in a folder, by the names of their files.
fn caught(folder: &Path) -> BTreeMap<String, Value> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|it| it == "json"));
    let named = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_slice(&fs::read(&path).unwrap()).unwrap())
    };
    files.map(named).collect()
}

/// Every object in `value` that has a PEM.
fn collect_keys(value: &Value, keys: &mut Keys) {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    if let (Some(id), Some(pem)) = (text("id"), text("publicKeyPem")) {
        keys.entry(id.to_owned()).or_default().insert(pem.to_owned());
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_keys(item, keys)),
        Value::Object(fields) => fields.values().for_each(|field| collect_keys(field, keys)),
        _ => {}
    }
}

/// A request as it was caught.
struct Caught {
    method: String,
    target: String,
    host: String,
    headers: HeaderMap,
    body: Option<Vec<u8>>,
}

impl Caught {
    fn read(exchange: &Value) -> Self {
        let request = &exchange["request"];
        let text = |name: &str| request[name].as_str().unwrap().to_owned();
        let mut headers = HeaderMap::new();
        for pair in request["headers"].as_array().unwrap() {
            let name = HeaderName::from_bytes(pair[0].as_str().unwrap().as_bytes()).unwrap();
            headers.append(name, HeaderValue::from_str(pair[1].as_str().unwrap()).unwrap());
        }
        let body = request["raw_body"].as_str().map(|body| body.as_bytes().to_vec());
        Self { method: text("method"), target: text("target"), host: text("host"), headers, body }
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    /// The moment it says it was sent.
    fn sent_ms(&self) -> i64 {
        let date = httpdate::parse_http_date(self.header("date")).unwrap();
        date.duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
    }

    fn presented(
        &self,
        body: Option<&[u8]>,
        now_ms: i64,
    ) -> Result<carefolk_signatures::Presented, SignatureError> {
        read(&Incoming {
            method: &self.method,
            path_and_query: &self.target,
            target_uri: &format!("https://{}{}", self.host, self.target),
            hosts: std::slice::from_ref(&self.host),
            headers: &self.headers,
            body,
            now_ms,
        })
    }

    fn judged(&self, keys: &Keys) -> String {
        let (body, sent) = (self.body.as_deref(), self.sent_ms());
        let presented = match self.presented(body, sent) {
            Ok(presented) => presented,
            Err(error) => return format!("refused: {error}"),
        };
        if let Some(body) = body {
            assert_eq!(self.header("digest"), digest_sha256(body));
            // One byte more, or a day later, and it is nobody's word.
            self.presented(Some(&[body, b" "].concat()), sent).unwrap_err();
        }
        self.presented(body, sent + 24 * 60 * 60 * 1_000).unwrap_err();
        let dialect = presented.dialect();
        let Some(pems) = keys.get(presented.key_id()) else {
            return format!("{dialect}, its key was not caught");
        };
        let verdicts = pems.iter().map(|pem| presented.verify(&PublicKey::from_pem(pem).unwrap()));
        match verdicts.reduce(Result::or).unwrap() {
            Ok(()) => format!("{dialect}, verified"),
            Err(error) => format!("{dialect}, {error}"),
        }
    }
}

/// Compares what was found with the list, or writes it anew if that was asked for.
fn compare(found: &str) {
    if std::env::var_os("CAREFOLK_UPDATE_CORPUS").is_some_and(|word| word == "1") {
        return fs::write(LIST, found).unwrap();
    }
    let expected = fs::read_to_string(LIST).unwrap();
    let new: Vec<&str> = found.lines().filter(|line| !expected.contains(line)).collect();
    assert!(found == expected, "{LIST} has other lines; now:\n{}", new.join("\n"));
}
