//! Everybody who might look.

use carefolk_signatures::http_date;
use http::Method;

use super::channels::Channel;
use super::scene::Scene;
use crate::knock::{Knock, Signing};
use crate::village::{eves_key, vics_key};

/// Somebody who asks, and how.
pub(super) struct Reader {
    pub(super) name: &'static str,
    /// The token of their browser.
    token: Option<String>,
    /// Whose key signs what they ask for.
    signs: Option<(&'static carefolk_signatures::PrivateKey, String)>,
    /// Headers besides the usual ones.
    headers: &'static [(&'static str, &'static str)],
    /// What they would rather read.
    accept: &'static str,
}

const HTML: &str = "text/html";
const ACTIVITY: &str = "application/activity+json";

/// Who signs in: everybody inside, and everybody who might be taken for one of them.
const PEOPLE: [&str; 15] = [
    "mo", "molly", "ann", "ben", "blocked", "left", "out", "banned", "asked", "invited", "other",
    "bob", "keeper", "boss", "nurse",
];

pub(super) async fn all(scene: &Scene) -> Vec<Reader> {
    let plain = |name, accept, headers| Reader { name, token: None, signs: None, headers, accept };
    let mut readers = vec![
        plain("nobody", HTML, &[]),
        plain("a search engine", HTML, &[("user-agent", "Googlebot/2.1")]),
        plain("a cache", HTML, &[("x-forwarded-for", "192.0.2.1"), ("if-none-match", "\"x\"")]),
        plain("a server", ACTIVITY, &[]),
        plain("a client of the API", "application/json", &[("authorization", "Bearer none")]),
    ];
    for name in PEOPLE {
        let token = Some(scene.token(name).await);
        readers.push(Reader { name, token, signs: None, headers: &[], accept: HTML });
    }
    for (name, key, who) in [
        ("a stranger who signs", eves_key(), &scene.eve),
        ("a follower of Ann who signs", vics_key(), &scene.vic),
    ] {
        let signs = Some((key, format!("{who}#main-key")));
        readers.push(Reader { name, token: None, signs, headers: &[], accept: ACTIVITY });
    }
    readers
}

impl Reader {
    /// Whether they ask there: that both languages show the same to one kind of reader, some of each kind show.
    pub(super) fn asks(&self, channel: &Channel) -> bool {
        ["nobody", "bob", "ben", "left"].contains(&self.name) || !channel.path.starts_with("/cy")
    }

    /// Whether they are in no group that is hidden, and asked into none.
    pub(super) fn is_outside(&self) -> bool {
        !["mo", "molly", "ann", "ben", "blocked", "invited", "left", "out"].contains(&self.name)
    }

    /// What they send to ask for `path`.
    pub(super) fn request(&self, scene: &Scene, path: &str) -> Vec<u8> {
        let date = http_date(scene.now().0);
        let mut knock = Knock::post(scene.host(), path, &date, "")
            .method(Method::GET.as_str())
            .without("content-length")
            .without("content-type")
            .without("digest")
            .with("accept", self.accept);
        for (name, value) in self.headers {
            knock = knock.with(name, value);
        }
        if let Some(token) = &self.token {
            knock = knock.with("cookie", &format!("carefolk={token}"));
        }
        match &self.signs {
            Some((key, id)) => {
                let usual = Signing::usual(key, id);
                let headers = Some("(request-target) host date");
                knock.signed(&Signing { headers, ..usual }).bytes()
            }
            None => knock.bytes(),
        }
    }
}
