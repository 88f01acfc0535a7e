//! What our actors say to anybody is proven inside (FEP-8b32), wherever it is read.

use carefolk_app::posts::{NewPost, PostRef};
use carefolk_domain::{Audience, Lang};
use carefolk_signatures::{PublicKey, read_proofs};
use carefolk_testkit::{Kit, operator};
use serde_json::Value;

use crate::knock::send;
use crate::pair::Pair;

impl Pair {
    /// The bodies of this type that were posted to Birch, in order.
    fn sent(&self, kind: &str) -> Vec<String> {
        let seen = self.birch.seen().into_iter().filter(|seen| seen.method == "POST");
        let of_kind = seen.filter(|seen| seen.field("/type") == kind);
        of_kind.map(|seen| String::from_utf8(seen.body.to_vec()).unwrap()).collect()
    }

    /// The key that Hazelbank publishes for proofs, with its id.
    async fn published(&self) -> (String, PublicKey) {
        let actor = self.alder.app.actors().document_by_handle("hazelbank").await.unwrap();
        let actor: Value = serde_json::from_str(&actor.to_json()).unwrap();
        let key = &actor["assertionMethod"][0];
        assert_eq!(key["controller"], actor["id"]);
        let text = key["publicKeyMultibase"].as_str().unwrap();
        (key["id"].as_str().unwrap().to_owned(), PublicKey::from_multibase(text).unwrap())
    }

    /// Whether a document is proven with the key that Hazelbank publishes.
    async fn is_proven(&self, document: &str) -> bool {
        let proofs = read_proofs(document, 2).unwrap();
        let [proof] = &proofs[..] else { return false };
        let (id, key) = self.published().await;
        proof.method() == id && proof.verify(&key).is_ok()
    }

    /// What stands at an address of Alder.
    async fn read(&self, uri: &str) -> String {
        let path = uri.strip_prefix(&self.alder.url).unwrap();
        let host = &self.alder.host;
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: {host}\r\naccept: application/activity+json\r\n\
             connection: close\r\n\r\n"
        );
        let port = host.rsplit_once(':').unwrap().1.parse().unwrap();
        let answer = send(port, request.as_bytes()).await;
        assert_eq!(answer.status, Some(200), "{uri}");
        answer.text.split_once("\r\n\r\n").unwrap().1.to_owned()
    }
}

#[tokio::test]
async fn what_is_for_anybody_is_proven_where_it_is_sent_and_where_it_is_read() {
    let pair = Pair::new().await;
    let post = pair.alder.post(&pair.nurse, "hazelbank", "Dŵr poeth: 1,50 € 🙂").await;
    pair.settle().await;
    let [create] = &pair.sent("Create")[..] else { panic!("{:?}", pair.birch.heard()) };
    assert!(pair.is_proven(create).await);
    let json: Value = serde_json::from_str(create).unwrap();
    assert_eq!(pair.read(json["id"].as_str().unwrap()).await, *create, "byte for byte");
    for address in [&post.uri, &post.url] {
        let note = pair.read(address).await;
        assert!(pair.is_proven(&note).await, "{note}");
    }
}

#[tokio::test]
async fn what_is_not_for_anybody_carries_no_proof() {
    let pair = Pair::new().await;
    let words = Kit::words("hazelbank", "For friends");
    pair.alder.publish(&pair.nurse, NewPost { audience: Audience::Followers, ..words }).await;
    pair.settle().await;
    let [create] = &pair.sent("Create")[..] else { panic!("{:?}", pair.birch.heard()) };
    assert_eq!(read_proofs(create, 1), Ok(Vec::new()));
    let [accept] = &pair.sent("Accept")[..] else { panic!("{:?}", pair.birch.heard()) };
    assert_eq!(read_proofs(accept, 1), Ok(Vec::new()));
}

#[tokio::test]
async fn what_waits_is_proven_with_the_key_that_is_published_when_it_goes() {
    let pair = Pair::new().await;
    pair.alder.post(&pair.nurse, "hazelbank", "waits").await;
    let (old, _) = pair.published().await;
    pair.alder.app.actors().rotate_keys(&operator(), "hazelbank").await.unwrap();
    assert_ne!(pair.published().await.0, old);
    pair.settle().await;
    let [create] = &pair.sent("Create")[..] else { panic!("{:?}", pair.birch.heard()) };
    assert!(pair.is_proven(create).await);
    let [update] = &pair.sent("Update")[..] else { panic!("{:?}", pair.birch.heard()) };
    assert!(pair.is_proven(update).await);
}

/// The language of the post stands first: Mastodon takes the first for the only one.
#[tokio::test]
async fn a_proof_leaves_the_languages_in_their_order() {
    let pair = Pair::new().await;
    let post = pair.say("The café is open.").await;
    let (by, cy) = (PostRef::Id(post.id), Lang::parse("cy").unwrap());
    pair.alder.app.posts().translate(&pair.nurse, &by, cy, "Mae'r caffi ar agor.").await.unwrap();
    pair.settle().await;
    let update = pair.sent("Update").pop().unwrap();
    assert!(pair.is_proven(&update).await);
    assert!(update.contains(r#""contentMap":{"en":"#), "{update}");
    let by = PostRef::Uri(post.uri);
    let here = pair.birch.app.posts().find(&pair.fan, &by).await.unwrap();
    assert_eq!((here.lang.as_str(), here.renditions.len()), ("en", 1));
}
