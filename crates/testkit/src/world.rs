//! Fakes of the outside world.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Seek, Write};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use carefolk_app::ports::{
    Chance, Clock, Fetched, Fingered, Keys, NewKeys, Parcel, PortError, ProofKey, Receipt, Remote,
    Software,
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
pub struct SeededChance(AtomicU64, AtomicBool);

impl SeededChance {
    /// Chance from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed), AtomicBool::new(false))
    }

    /// From now on whoever asks for chance panics, until it is set to `false` again.
    pub fn explode(&self, explodes: bool) {
        self.1.store(explodes, Ordering::SeqCst);
    }
}

impl Chance for SeededChance {
    fn fill(&self, bytes: &mut [u8]) {
        assert!(!self.1.load(Ordering::SeqCst), "a panic on purpose");
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
    pictures: Mutex<HashMap<String, Result<Vec<u8>, PortError>>>,
    fingers: Mutex<HashMap<String, Fingered>>,
    answers: Mutex<HashMap<String, Receipt>>,
    sent: Mutex<Vec<(String, String)>>,
    asked: Mutex<Vec<String>>,
    synchronizations: Mutex<Vec<Option<String>>>,
    hung: Mutex<HashSet<String>>,
    exploding: Mutex<HashSet<String>>,
    picky: Mutex<Vec<(String, Receipt)>>,
    proofs: AtomicUsize,
    hanging: AtomicUsize,
    held: tokio::sync::RwLock<()>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
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

    /// Puts a picture at `url`, or what comes of asking for it.
    pub fn put_picture(&self, url: &str, picture: Result<Vec<u8>, PortError>) {
        self.pictures.lock().unwrap().insert(url.to_owned(), picture);
    }

    /// Everything that was fetched or looked up, as it was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
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

    /// From now on, nobody who fetches `url` or delivers to it hears anything.
    ///
    /// # Panics
    ///
    /// Never, unless another test panicked in the middle of this.
    pub fn hang(&self, url: &str) {
        self.hung.lock().unwrap().insert(url.to_owned());
    }

    /// From now on, whoever fetches `url` panics.
    ///
    /// # Panics
    ///
    /// Never, unless another test panicked in the middle of this.
    pub fn explode(&self, url: &str) {
        self.exploding.lock().unwrap().insert(url.to_owned());
    }

    /// What every inbox answers from now on to a body that holds `text`, whatever else it would.
    ///
    /// # Panics
    ///
    /// Never, unless another test panicked in the middle of this.
    pub fn answer_to(&self, text: &str, receipt: Receipt) {
        self.picky.lock().unwrap().push((text.to_owned(), receipt));
    }

    /// While what this gives is held, no inbox answers.
    pub async fn hold(&self) -> tokio::sync::RwLockWriteGuard<'_, ()> {
        self.held.write().await
    }

    /// How many deliveries wait for their answer now, and how many did at most.
    pub fn in_flight(&self) -> (usize, usize) {
        (self.in_flight.load(Ordering::SeqCst), self.most_in_flight.load(Ordering::SeqCst))
    }

    /// How many proofs were made.
    pub fn proofs(&self) -> usize {
        self.proofs.load(Ordering::SeqCst)
    }

    /// Who asks from now on is answered again.
    ///
    /// # Panics
    ///
    /// Never, unless another test panicked in the middle of this.
    pub fn answer_again(&self, url: &str) {
        self.hung.lock().unwrap().remove(url);
    }

    /// How many wait for what never comes.
    pub fn hanging(&self) -> usize {
        self.hanging.load(Ordering::SeqCst)
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

impl FakeRemote {
    async fn hang_at(&self, url: &str) {
        let hangs = self.hung.lock().unwrap().contains(url);
        if hangs {
            self.hanging.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Remote for FakeRemote {
    async fn fetch(&self, url: &str) -> Result<Fetched, PortError> {
        self.asked.lock().unwrap().push(url.to_owned());
        self.hang_at(url).await;
        let explodes = self.exploding.lock().unwrap().contains(url);
        assert!(!explodes, "a panic on purpose");
        let found = self.documents.lock().unwrap().get(url).cloned();
        match found {
            Some(Ok(body)) => Ok(Fetched { url: url.to_owned(), body: body.into_bytes() }),
            Some(Err(error)) => Err(error),
            None => Err(PortError::NotFound),
        }
    }

    async fn download(&self, url: &str, mut into: File) -> Result<File, PortError> {
        self.asked.lock().unwrap().push(url.to_owned());
        self.hang_at(url).await;
        let found = self.pictures.lock().unwrap().get(url).cloned();
        let bytes = found.unwrap_or(Err(PortError::NotFound))?;
        into.write_all(&bytes).unwrap();
        into.rewind().unwrap();
        Ok(into)
    }

    async fn finger(&self, address: &Address) -> Result<Fingered, PortError> {
        self.asked.lock().unwrap().push(address.to_string());
        self.fingers.lock().unwrap().get(&address.to_string()).cloned().ok_or(PortError::NotFound)
    }

    async fn software(&self, host: &str) -> Result<Software, PortError> {
        self.software.lock().unwrap().get(host).cloned().ok_or(PortError::NotFound)
    }

    async fn deliver(&self, parcel: &Parcel) -> Receipt {
        self.sent.lock().unwrap().push((parcel.inbox.clone(), parcel.body.to_string()));
        self.synchronizations.lock().unwrap().push(parcel.synchronization.clone());
        self.hang_at(&parcel.inbox).await;
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_flight.fetch_max(now, Ordering::SeqCst);
        drop(self.held.read().await);
        self.in_flight.fetch_sub(1, Ordering::SeqCst);
        let picky = self.picky.lock().unwrap();
        if let Some((_, receipt)) = picky.iter().find(|(text, _)| parcel.body.contains(text)) {
            return receipt.clone();
        }
        drop(picky);
        let answer = self.answers.lock().unwrap().get(&parcel.inbox).cloned();
        answer.unwrap_or(Receipt::Accepted { status: 202, profile: None })
    }

    async fn prove(&self, document: Arc<str>, proof: &ProofKey) -> Result<String, PortError> {
        self.proofs.fetch_add(1, Ordering::SeqCst);
        let members = document.strip_suffix('}').ok_or(PortError::Invalid("not an object"))?;
        let (key, at) = (&proof.key.key_uri, proof.said_at.0);
        Ok(format!(r#"{members},"proof":{{"verificationMethod":"{key}","created":{at}}}}}"#))
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
