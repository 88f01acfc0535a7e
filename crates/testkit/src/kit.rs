//! An application with everything around it faked.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use carefolk_app::accounts::NewAccount;
use carefolk_app::actors::ActorView;
use carefolk_app::posts::{NewPost, Policies, PostView};
use carefolk_app::providers::NewProvider;
use carefolk_app::{App, AppParts, AppSettings, Caller, FederationMode};
use carefolk_domain::{Audience, Role};
use carefolk_store::{Db, Mint, OpenOptions, Worker};

use crate::database::{TestDb, fresh};
use crate::pictures::{HereAndNow, MemoryFiles};
use crate::world::{FakeRemote, FixedKeys, MockClock, SeededChance};

/// The password of every account in a kit.
pub const PASSWORD: &str = "a long enough password";

/// Whoever has a shell on the server.
pub fn operator() -> Caller {
    Caller::Operator("test".to_owned())
}

/// What a kit is made with.
#[derive(Clone, Debug)]
pub struct KitOptions {
    /// `instance.url`.
    pub base_url: Option<String>,
    /// Whom it talks to.
    pub mode: FederationMode,
    /// Where its chance begins.
    pub seed: u64,
    /// Counts the statements that are sent to the database.
    pub statements: Arc<AtomicUsize>,
}

impl Default for KitOptions {
    fn default() -> Self {
        Self {
            base_url: Some("https://care.example".to_owned()),
            mode: FederationMode::Open,
            seed: 1,
            statements: Arc::default(),
        }
    }
}

/// An application with everything around it faked.
pub struct Kit {
    /// The application.
    pub app: App,
    /// Its clock.
    pub clock: Arc<MockClock>,
    /// Its chance.
    pub chance: Arc<SeededChance>,
    /// Its other servers.
    pub remote: Arc<FakeRemote>,
    /// Its files.
    pub files: Arc<MemoryFiles>,
    /// Its database, which goes when the kit goes.
    pub database: TestDb,
}

impl Kit {
    /// A kit at `https://care.example`.
    pub async fn new() -> Self {
        Self::with(KitOptions::default()).await
    }

    /// A kit made with `options`.
    ///
    /// # Panics
    ///
    /// If there is no room for a database.
    pub async fn with(options: KitOptions) -> Self {
        let kit = Self::on(fresh().await, options).await;
        kit.app.prepare().await.unwrap();
        kit
    }

    /// A kit on a database that is there already, not yet prepared.
    ///
    /// # Panics
    ///
    /// If the database cannot be opened.
    pub async fn on(database: TestDb, options: KitOptions) -> Self {
        let clock = Arc::new(MockClock::at(crate::BEGINNING));
        let chance = Arc::new(SeededChance::new(options.seed));
        let remote = Arc::new(FakeRemote::default());
        let files = Arc::new(MemoryFiles::default());
        let app = app(&database.url, &options, 0, (&clock, &chance), (&remote, &files)).await;
        Self { app, clock, chance, remote, files, database }
    }

    /// Another process on the same database, with the same clock and the same other servers.
    ///
    /// # Panics
    ///
    /// If the database cannot be opened.
    pub async fn beside(&self) -> App {
        let options = KitOptions::default();
        let chance = Arc::new(SeededChance::new(2));
        let around = (&self.remote, &self.files);
        app(&self.database.url, &options, 1, (&self.clock, &chance), around).await
    }

    /// An account and the caller it becomes when it signs in.
    ///
    /// # Panics
    ///
    /// If the handle is taken.
    pub async fn account(&self, handle: &str, role: Role) -> Caller {
        let new = NewAccount {
            handle: handle.to_owned(),
            name: String::new(),
            email: format!("{handle}@mail.example"),
            role,
            password: Some(PASSWORD.to_owned()),
        };
        self.app.accounts().create(&operator(), new).await.unwrap();
        let token = self.app.accounts().sign_in(handle, PASSWORD, "test").await.unwrap();
        Caller::Member(self.app.accounts().session(&token).await.unwrap().unwrap())
    }

    /// A provider with `owner` in its team.
    ///
    /// # Panics
    ///
    /// If the handle is taken.
    pub async fn provider(&self, handle: &str, owner: &str) -> ActorView {
        let new = NewProvider {
            handle: handle.to_owned(),
            name: format!("The {handle}"),
            summary: String::new(),
            owner: owner.to_owned(),
        };
        self.app.providers().create(&operator(), new).await.unwrap()
    }

    /// A post about to be published.
    pub fn words(author: &str, text: &str) -> NewPost {
        NewPost {
            author: author.to_owned(),
            text: text.to_owned(),
            lang: None,
            audience: Audience::Public,
            warning: None,
            title: None,
            group: None,
            in_reply_to: None,
            policies: Policies::default(),
            poll: None,
            pictures: Vec::new(),
            at: None,
        }
    }

    /// A public post by `author`.
    ///
    /// # Panics
    ///
    /// If the caller may not.
    pub async fn post(&self, caller: &Caller, author: &str, text: &str) -> PostView {
        self.app.posts().publish(caller, Self::words(author, text)).await.unwrap()
    }

    /// Every rule of the rows is kept, whatever happened.
    ///
    /// # Panics
    ///
    /// If one is broken.
    pub async fn keeps_its_rules(&self) {
        let broken = self.app.broken_rules(&operator()).await.unwrap();
        assert!(broken.is_empty(), "{broken:?}");
    }

    /// Works until nothing that is due now is left in any queue.
    ///
    /// # Panics
    ///
    /// If the queues never empty, or a rule of the rows is broken then.
    pub async fn settle(&self) {
        self.work().await;
        self.keeps_its_rules().await;
    }

    /// The same where the test itself broke a rule.
    ///
    /// # Panics
    ///
    /// If the queues never empty.
    pub async fn work(&self) {
        for _ in 0..100 {
            let processed = self.app.inbound().process_due().await.unwrap();
            let delivered = self.app.outbox().deliver_due().await.unwrap();
            let done = self.app.jobs().run_due().await.unwrap();
            if processed + delivered + done == 0 {
                return;
            }
        }
        panic!("the queues never emptied");
    }
}

/// An application that mints its ids as worker number `slot`.
async fn app(
    url: &str,
    options: &KitOptions,
    slot: u16,
    (clock, chance): (&Arc<MockClock>, &Arc<SeededChance>),
    (remote, files): (&Arc<FakeRemote>, &Arc<MemoryFiles>),
) -> App {
    let statements = Arc::clone(&options.statements);
    let db = Db::open(url, OpenOptions::default()).await.unwrap();
    let db = db.observed(move |_took, _failed| {
        statements.fetch_add(1, Ordering::SeqCst);
    });
    let settings = AppSettings {
        base_url: options.base_url.clone(),
        local_base_url: "http://127.0.0.1:8080".to_owned(),
        instance_name: "Alderbrook".to_owned(),
        mode: options.mode,
        lab: false,
        version: "0.0.0-test",
        source_url: "https://source.example/carefolk".to_owned(),
    };
    App::new(AppParts {
        db,
        mint: Arc::new(Mint::new(Worker::new(slot).unwrap(), 0)),
        clock: clock.clone(),
        chance: chance.clone(),
        remote: remote.clone(),
        keys: Arc::new(FixedKeys),
        files: files.clone(),
        pictures: Arc::new(HereAndNow),
        settings,
    })
}
