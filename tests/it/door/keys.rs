//! Whose key it is (S-013 to S-019), and what is said twice (S-022).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use carefolk_domain::Span;
use carefolk_testkit::rows;
use serde_json::json;
use tokio::task::JoinSet;

use super::{Case, Door, Effect, applied, heard, refused};
use crate::knock::{Signing, send};
use crate::village::{actor, ed25519_key, eves_key, vics_key};

#[tokio::test]
async fn s_013_nobody_signs_with_his_own_key_for_somebody_else() {
    let door = Door::new().await;
    let fetches = door.fetches();
    let eves_id = format!("{}#main-key", door.eve);
    let vics_id = format!("{}#main-key", door.vic);
    let in_vics_name = door.dislike(&door.vic).to_string();
    let named = Signing::usual(eves_key(), &eves_id);
    let cases = [refused("Eve's key and signature", door.post(&in_vics_name).signed(&named), 401)];
    door.judge("S-013", cases).await;
    assert_eq!(door.fetches(), fetches, "S-013: such a key is not even looked for");
    let claimed = Signing::usual(eves_key(), &vics_id);
    let cases = [refused("under Vic's key id", door.post(&in_vics_name).signed(&claimed), 401)];
    door.judge("S-013", cases).await;
    // Two people of one server are two.
    let mal = door.village.settle_in("v", "mal", ed25519_key());
    let mals_id = format!("{mal}#main-key");
    let how = Signing::usual(ed25519_key(), &mals_id);
    let neighbour = refused("a neighbour's key", door.post(&in_vics_name).signed(&how), 401);
    door.judge("S-013", [neighbour]).await;
}

#[tokio::test]
async fn s_014_a_key_counts_only_if_its_owner_lists_it() {
    let door = Door::new().await;
    let pem = eves_key().public_text().unwrap();
    let put = |path: &str, id: &str, owner: &str| {
        let url = door.village.url("e", path);
        door.village.put(&url, &json!({"id": id, "owner": owner, "publicKeyPem": pem}));
        url
    };
    let theft = put("/keys/1", &door.village.url("e", "/keys/1"), &door.vic);
    let unlisted = put("/keys/2", &door.village.url("e", "/keys/2"), &door.eve);
    let misplaced = put("/keys/3", &format!("{}#main-key", door.eve), &door.eve);
    let knock = |actor: &str, key_id: &str| {
        door.post(&door.dislike(actor).to_string()).signed(&Signing::usual(eves_key(), key_id))
    };
    let cases = [
        refused("a key that says it is Vic's", knock(&door.vic, &theft), 401),
        refused("the same for Eve", knock(&door.eve, &theft), 401),
        refused("a key that its owner does not list", knock(&door.eve, &unlisted), 401),
        refused("a key under another id", knock(&door.eve, &misplaced), 401),
        refused("the same again", knock(&door.eve, &misplaced), 401),
        heard("Vic after that", door.vics(&door.dislike(&door.vic))),
    ];
    door.judge("S-014", cases).await;
}

#[tokio::test]
async fn s_015_an_actor_cannot_bring_somebody_elses_key() {
    let door = Door::new().await;
    let vics_id = format!("{}#main-key", door.vic);
    let thief = door.village.url("e", "/users/thief");
    door.village.put(&thief, &actor(&thief, &vics_id, eves_key()));
    let two = door.village.url("e", "/users/two");
    let two_id = format!("{two}#main-key");
    let mut document = actor(&two, &two_id, eves_key());
    let own = document["publicKey"].clone();
    let stolen = json!({"id": vics_id, "owner": two, "publicKeyPem": own["publicKeyPem"]});
    document["publicKey"] = json!([own, stolen]);
    door.village.put(&two, &document);
    let knock = |actor: &str, key_id: &str| {
        door.post(&door.dislike(actor).to_string()).signed(&Signing::usual(eves_key(), key_id))
    };
    let cases = [
        refused("Vic's key id on Eve's actor", knock(&thief, &vics_id), 401),
        refused("the actor's own", knock(&thief, &format!("{thief}#main-key")), 401),
        refused("beside a key of its own", knock(&two, &two_id), 401),
        refused("Eve in Vic's name", knock(&door.vic, &vics_id), 401),
        heard("Vic after that", door.vics(&door.dislike(&door.vic))),
    ];
    door.judge("S-015", cases).await;
}

/// One DER element.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
    let mut out = match content.len() {
        0..=0x7f => vec![tag, low],
        0x80..=0xff => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    out.extend_from_slice(content);
    out
}

/// An RSA key whose modulus is a run of ones.
fn rsa(bits: usize, exponent: &[u8]) -> String {
    let modulus = [&[0][..], &vec![0xff; bits / 8]].concat();
    let key = der(0x30, &[der(0x02, &modulus), der(0x02, exponent)].concat());
    pem("RSA PUBLIC KEY", &key)
}

fn pem(label: &str, der: &[u8]) -> String {
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", STANDARD.encode(der))
}

#[tokio::test]
async fn s_016_no_odd_key_is_taken_and_none_hurts() {
    let door = Door::new().await;
    let usual = &[1, 0, 1][..];
    let elliptic = [
        0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7,
    ];
    let elliptic = der(0x30, &[der(0x30, &elliptic), der(0x03, &[4; 66])].concat());
    let dsa = [0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1];
    let dsa = der(0x30, &[der(0x30, &dsa), der(0x03, &[0, 2, 1, 5])].concat());
    let zoo = [
        ("RSA-16384", json!(rsa(16_384, usual))),
        ("RSA-1024", json!(rsa(1_024, usual))),
        ("RSA-512", json!(rsa(512, usual))),
        ("e = 1", json!(rsa(2_048, &[1]))),
        ("e = 2^32", json!(rsa(2_048, &[1, 0, 0, 0, 0]))),
        ("EC", json!(pem("PUBLIC KEY", &elliptic))),
        ("DSA", json!(pem("PUBLIC KEY", &dsa))),
        ("a private key", json!(pem("PRIVATE KEY", &eves_key().to_der().unwrap()))),
        ("a megabyte", json!("A".repeat(900_000))),
        ("no PEM", json!("-----BEGIN PUBLIC KEY-----")),
        ("a number", json!(7)),
    ];
    for (index, (what, key)) in zoo.into_iter().enumerate() {
        let id = door.village.url("z", &format!("/users/z{index}"));
        let key_id = format!("{id}#main-key");
        let mut document = actor(&id, &key_id, eves_key());
        document["publicKey"]["publicKeyPem"] = key;
        judge_odd(&door, what, &id, &document).await;
    }
    let id = door.village.url("z", "/users/thousand");
    let mut document = actor(&id, &format!("{id}#main-key"), eves_key());
    let pem = document["publicKey"]["publicKeyPem"].clone();
    let other = |n| json!({"id": format!("{id}#{n}"), "owner": id, "publicKeyPem": pem});
    document["publicKey"] = (0..1_000).map(other).collect();
    judge_odd(&door, "a thousand keys, none of them named", &id, &document).await;
}

async fn judge_odd(door: &Door, what: &str, id: &str, document: &serde_json::Value) {
    door.village.put(id, document);
    let key_id = format!("{id}#main-key");
    let how = Signing::usual(eves_key(), &key_id);
    let answer = door.knock(&door.post(&door.dislike(id).to_string()).signed(&how)).await;
    assert_eq!(answer.status, Some(401), "S-016, {what}");
    assert!(door.rows().await["inbound_activity"].len() == 2, "S-016, {what}: not heard");
    door.assert_alive("S-016").await;
}

/// Sends the same many times, some at once, and says which statuses came back.
async fn storm(door: &Door, bytes: &[u8], times: usize) -> Vec<Option<u16>> {
    let (port, mut statuses) = (door.port(), Vec::new());
    for _ in 0..times / 20 {
        let mut flying = JoinSet::new();
        for _ in 0..20 {
            let bytes = bytes.to_vec();
            flying.spawn(async move { send(port, &bytes).await.status });
        }
        statuses.extend(flying.join_all().await);
    }
    statuses
}

#[tokio::test]
async fn s_017_a_changed_key_is_read_again_but_not_for_every_forgery() {
    let door = Door::new().await;
    let before = door.fetches();
    let vics_id = format!("{}#main-key", door.vic);
    door.village.put(&door.vic, &actor(&door.vic, &vics_id, ed25519_key()));
    let body = door.dislike(&door.vic).to_string();
    let rotated = door.post(&body).signed(&Signing::usual(ed25519_key(), &vics_id));
    door.judge("S-017", [heard("signed with the new key", rotated)]).await;
    assert_eq!(door.fetches(), before + 1, "S-017: one look for the new key");
    let forged = door.post(&body).signed(&Signing::usual(eves_key(), &vics_id));
    let rows = door.rows().await;
    let statuses = storm(&door, &forged.bytes(), 1_000).await;
    assert!(statuses.iter().all(|status| *status == Some(401)), "S-017: {statuses:?}");
    assert_eq!(door.fetches(), before + 1, "S-017: no look for forgeries");
    assert_eq!(door.rows().await, rows);
}

#[tokio::test]
async fn s_018_a_key_that_cannot_be_read_now_is_asked_for_later() {
    let door = Door::unused().await;
    door.village.answer(&door.vic, 500, "");
    // Nobody listens there: what it is closed with was just open.
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let unreachable = format!("http://u.localhost:{closed}/users/u");
    for (what, id) in [("status 500", &door.vic), ("no connection", &unreachable)] {
        let before = door.rows().await;
        let answer = door.knock(&door.by(id, vics_key(), &door.dislike(id))).await;
        assert_eq!(answer.status, Some(503), "S-018, {what}");
        assert!(answer.header("retry-after").is_some(), "S-018, {what}");
        assert_eq!(door.rows().await, before, "S-018, {what}");
    }
    door.assert_alive("S-018").await;
}

#[tokio::test]
async fn s_019_a_key_that_is_not_there_is_none_and_nobody_is_deleted_for_it() {
    let door = Door::new().await;
    let nobody = door.village.url("v", "/users/nobody");
    let unknown = door.by(&nobody, vics_key(), &door.dislike(&nobody));
    door.judge("S-019", [refused("never seen", unknown, 401)]).await;
    door.village.answer(&door.vic, 404, "");
    let vics_id = format!("{}#main-key", door.vic);
    let body = door.dislike(&door.vic).to_string();
    let misfit = door.post(&body).signed(&Signing::usual(eves_key(), &vics_id));
    door.judge("S-019", [refused("known, and gone since", misfit, 401)]).await;
    door.village.answer(&door.eve, 410, "");
    let eves_id = format!("{}#main-key", door.eve);
    let body = door.dislike(&door.eve).to_string();
    let misfit = door.post(&body).signed(&Signing::usual(vics_key(), &eves_id));
    door.judge("S-019", [refused("known, and 410 since", misfit, 401)]).await;
}

#[tokio::test]
async fn s_022_what_is_said_a_hundred_times_happens_once() {
    let door = Door::new().await;
    let create = door.act(&door.vic, "Create", &door.note(&door.vic));
    let knock = door.vics(&create);
    let statuses = storm(&door, &knock.bytes(), 100).await;
    assert!(statuses.iter().all(|status| *status == Some(202)), "S-022: {statuses:?}");
    crate::town::settle(&[&door.town]).await;
    let after = rows(door.town.app.db()).await;
    assert_eq!(after["inbound_activity"].len(), 3, "S-022: the two of the baseline, and this");
    assert_eq!(after["post"].len(), 2, "S-022: Hazelbank's and this");
    door.clock.advance(Span::minutes(29));
    let late = Case { effect: Effect::Nothing, ..heard("half an hour later", knock) };
    door.judge("S-022", [late]).await;
    let other = door.act(&door.vic, "Create", &door.note(&door.vic));
    door.judge("S-022", [applied("something else", door.vics(&other))]).await;
}
