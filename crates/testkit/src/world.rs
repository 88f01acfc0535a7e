//! Fakes of the outside world.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use async_trait::async_trait;
use carefolk_app::ports::{
    Chance, Clock, Fetched, Fingered, Keys, NewKeys, Parcel, PortError, Receipt, Remote, Software,
};
use carefolk_domain::{Address, Moment, Span};

/// A clock that moves only when it is told to.
#[derive(Debug)]
pub struct MockClock(AtomicI64);

impl MockClock {
    /// A clock that shows `moment`.
    pub fn at(moment: Moment) -> Self {
        Self(AtomicI64::new(moment.0))
    }

    /// Moves it forward, or back.
    pub fn advance(&self, span: Span) {
        self.0.fetch_add(span.0, Ordering::SeqCst);
    }
}

impl Clock for MockClock {
    fn now(&self) -> Moment {
        Moment(self.0.load(Ordering::SeqCst))
    }
}

/// Chance that is the same in every run: a counter, stirred.
#[derive(Debug)]
pub struct SeededChance(AtomicU64);

impl SeededChance {
    /// Chance from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let n = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::SeqCst);
            // The finaliser of SplitMix64: neighbouring counts look nothing alike.
            let n = (n ^ (n >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let n = (n ^ (n >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            for (byte, stirred) in chunk.iter_mut().zip((n ^ (n >> 31)).to_le_bytes()) {
                *byte = stirred;
            }
        }
    }
}

/// Other servers: what they hold, what they answer, and what they were sent.
#[derive(Debug, Default)]
pub struct FakeRemote {
    documents: Mutex<HashMap<String, Result<String, PortError>>>,
    fingers: Mutex<HashMap<String, Fingered>>,
    answers: Mutex<HashMap<String, Receipt>>,
    sent: Mutex<Vec<(String, String)>>,
    synchronizations: Mutex<Vec<Option<String>>>,
    hung: Mutex<HashSet<String>>,
    software: Mutex<HashMap<String, Software>>,
}

impl FakeRemote {
    /// Puts a document at `url`.
    pub fn put(&self, url: &str, body: &str) {
        self.documents.lock().unwrap().insert(url.to_owned(), Ok(body.to_owned()));
    }

    /// Makes fetching `url` fail.
    pub fn fail(&self, url: &str, error: PortError) {
        self.documents.lock().unwrap().insert(url.to_owned(), Err(error));
    }

    /// Gives an address an actor.
    pub fn finger(&self, address: &str, actor: &str) {
        let subject = Address::parse(address).unwrap();
        let subscribe = format!("https://{}/authorize_interaction?uri={{uri}}", subject.host);
        let fingered =
            Fingered { subject, actor: actor.to_owned(), subscribe_template: Some(subscribe) };
        self.fingers.lock().unwrap().insert(address.to_owned(), fingered);
    }

    /// What an inbox answers from now on; 202 by itself.
    pub fn answer(&self, inbox: &str, receipt: Receipt) {
        self.answers.lock().unwrap().insert(inbox.to_owned(), receipt);
    }

    /// Sets what a server says it runs.
    ///
    /// # Panics
    ///
    /// Never, unless another test panicked in the middle of this.
    pub fn runs(&self, host: &str, name: &str, version: &str) {
        let software = Software { name: name.to_owned(), version: Some(version.to_owned()) };
        self.software.lock().unwrap().insert(host.to_owned(), software);
    }

    /// From now on, nobody who fetches `url` hears anything.
    ///
    /// # Panics
    ///
    /// Never, unless another test panicked in the middle of this.
    pub fn hang(&self, url: &str) {
        self.hung.lock().unwrap().insert(url.to_owned());
    }

    /// Everything that was sent, as inbox and body, in order.
    pub fn sent(&self) -> Vec<(String, String)> {
        self.sent.lock().unwrap().clone()
    }

    /// What was announced of followers with each of [`FakeRemote::sent`].
    ///
    /// # Panics
    ///
    /// Never, unless another test panicked in the middle of this.
    pub fn synchronizations(&self) -> Vec<Option<String>> {
        self.synchronizations.lock().unwrap().clone()
    }

    /// What was sent to `inbox`, parsed.
    pub fn sent_to(&self, inbox: &str) -> Vec<serde_json::Value> {
        let parse = |(_, body): &(String, String)| serde_json::from_str(body).unwrap();
        self.sent.lock().unwrap().iter().filter(|(to, _)| to == inbox).map(parse).collect()
    }
}

#[async_trait]
impl Remote for FakeRemote {
    async fn fetch(&self, url: &str) -> Result<Fetched, PortError> {
        let hangs = self.hung.lock().unwrap().contains(url);
        if hangs {
            std::future::pending::<()>().await;
        }
        let found = self.documents.lock().unwrap().get(url).cloned();
        match found {
            Some(Ok(body)) => Ok(Fetched { url: url.to_owned(), body: body.into_bytes() }),
            Some(Err(error)) => Err(error),
            None => Err(PortError::NotFound),
        }
    }

    async fn finger(&self, address: &Address) -> Result<Fingered, PortError> {
        self.fingers.lock().unwrap().get(&address.to_string()).cloned().ok_or(PortError::NotFound)
    }

    async fn software(&self, host: &str) -> Result<Software, PortError> {
        self.software.lock().unwrap().get(host).cloned().ok_or(PortError::NotFound)
    }

    async fn deliver(&self, parcel: &Parcel) -> Receipt {
        self.sent.lock().unwrap().push((parcel.inbox.clone(), parcel.body.to_string()));
        self.synchronizations.lock().unwrap().push(parcel.synchronization.clone());
        let answer = self.answers.lock().unwrap().get(&parcel.inbox).cloned();
        answer.unwrap_or(Receipt::Accepted { status: 202, profile: None })
    }
}

/// Keys that cost nothing and sign nothing.
#[derive(Debug, Default)]
pub struct FixedKeys;

impl Keys for FixedKeys {
    fn mint(&self) -> Result<NewKeys, PortError> {
        Ok(NewKeys {
            rsa_public_pem: "-----BEGIN PUBLIC KEY-----\nfor tests\n-----END PUBLIC KEY-----\n"
                .to_owned(),
            rsa_sealed: b"sealed rsa".to_vec(),
            ed25519_public_multibase: "z6MkForTests".to_owned(),
            ed25519_sealed: b"sealed ed25519".to_vec(),
        })
    }
}
