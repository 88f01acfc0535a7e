//! A community with a private and a closed group, in which every kind of thing was said once.

use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};

use carefolk_app::groups::NewGroup;
use carefolk_app::posts::{EditPost, NewPost, PostRef, PostView};
use carefolk_app::reports::{NewReport, Readers};
use carefolk_app::{Caller, Error};
use carefolk_domain::{
    Address, ApprovalRule, GroupKind, GroupRole, Lang, Moment, PostingRule, ReactionKind, Role,
};
use carefolk_testkit::{Kit, MockClock, PASSWORD, operator};
use tracing_subscriber::fmt::MakeWriter;

use crate::town::{Town, clock, settle};
use crate::village::{Village, eves_key, vics_key};

/// A word that stands for a thing that is hidden.
pub(super) struct Secret {
    pub(super) word: String,
    /// Who may see it.
    seen_by: Vec<&'static str>,
    /// Who must find it somewhere.
    found_by: Vec<&'static str>,
    /// The pages at which alone it would say something.
    at: Option<&'static str>,
}

impl Secret {
    pub(super) fn may_be_seen_by(&self, reader: &str) -> bool {
        self.seen_by.contains(&reader)
    }

    pub(super) fn must_be_seen_by(&self, reader: &str) -> bool {
        self.found_by.contains(&reader)
    }

    /// Whether to find it at `path` would say something: a page says the words that it was asked for again.
    pub(super) fn is_sought_at(&self, path: &str) -> bool {
        !path.contains(&self.word)
            && self.at.is_none_or(|at| path.strip_prefix("/cy").unwrap_or(path).starts_with(at))
    }
}

/// Who is in both groups and sees what Ann writes.
pub(super) const INSIDE: [&str; 4] = ["mo", "molly", "ann", "ben"];

/// What the tests look at.
pub(super) struct Scene {
    pub(super) town: Town,
    birch: Town,
    clock: Arc<MockClock>,
    _village: Village,
    pub(super) eve: String,
    pub(super) vic: String,
    pub(super) secrets: Vec<Secret>,
    /// Author and slug of everything that was said inside.
    pub(super) posts: Vec<(String, String)>,
    /// The ids of the same.
    pub(super) uris: Vec<String>,
    pub(super) tags: Vec<String>,
    /// What the pictures are called, to us and to other servers.
    pub(super) pictures: Vec<String>,
    /// The slugs of the actors of who is inside.
    pub(super) actors: Vec<String>,
}

impl Scene {
    pub(super) async fn new() -> Self {
        let clock = clock();
        let town = Town::with_pages("care", &clock).await;
        let birch = Town::watched("birch", &clock).await;
        let village = Village::new().await;
        let eve = village.settle_in("e", "eve", eves_key());
        let vic = village.settle_in("v", "vic", vics_key());
        let mut scene = Self {
            town,
            birch,
            clock,
            _village: village,
            eve,
            vic,
            secrets: Vec::new(),
            posts: Vec::new(),
            uris: Vec::new(),
            tags: Vec::new(),
            pictures: Vec::new(),
            actors: Vec::new(),
        };
        scene.people().await;
        scene.neighbour().await;
        scene.groups().await;
        for (group, mark) in [("quiet", "p"), ("side", "c")] {
            Box::pin(scene.say_everything(group, mark)).await;
        }
        scene.wait().await;
        scene.end_memberships().await;
        scene.secret("zqsilent", &[], &[], Some("/groups"));
        scene.secrets.last_mut().unwrap().seen_by = vec!["mo", "molly"];
        scene.secret("zqasking", &["mo", "molly", "asked"], &["mo"], Some("/groups"));
        settle(&[&scene.town, &scene.birch]).await;
        scene
    }

    /// Those of [`super::readers`], and Silent, who never wrote a word.
    async fn people(&self) {
        let roles = [("keeper", Role::Moderator), ("boss", Role::Admin)];
        let all = [
            "mo", "molly", "ann", "ben", "blocked", "left", "out", "banned", "invited", "other",
            "bob", "nurse",
        ];
        let members = all.into_iter().map(|name| (name, Role::Member, ""));
        let roles = roles.into_iter().map(|(name, role)| (name, role, ""));
        let named = [("silent", Role::Member, "zqsilent"), ("asked", Role::Member, "zqasking")];
        for (handle, role, name) in members.chain(roles).chain(named) {
            let new = carefolk_app::accounts::NewAccount {
                handle: handle.to_owned(),
                name: name.to_owned(),
                email: format!("{handle}@mail.example"),
                role,
                password: Some(PASSWORD.to_owned()),
            };
            self.town.app.accounts().create(&operator(), new).await.unwrap();
        }
        self.town.provider("hazelbank", "nurse").await;
        let (ann, blocked) = (self.as_person("ann").await, self.address("blocked"));
        self.town.app.blocks().block(&ann, "ann", &blocked, false).await.unwrap();
    }

    /// Somebody next door follows Ann, so that everything she says to anybody goes there.
    async fn neighbour(&mut self) {
        let fan = self.birch.account("fan").await;
        self.birch.app.follows().follow(&fan, "fan", &self.address("ann")).await.unwrap();
        settle(&[&self.town, &self.birch]).await;
        let ann = self.as_person("ann").await;
        self.town.post(&ann, "ann", "Good morning").await;
        settle(&[&self.town, &self.birch]).await;
        for name in ["ann", "ben", "mo"] {
            let uri = self.town.app.actors().find_local(name).await.unwrap().uri;
            self.actors.push(uri.rsplit('/').next().unwrap().to_owned());
        }
    }

    async fn groups(&mut self) {
        let private = ["zqgroupname", "zqgroupabout", "zqgrouprule", "zqgrouparea"];
        for (handle, kind, words, keepers) in [
            ("quiet", GroupKind::Private, private, ["mo", "molly"]),
            ("side", GroupKind::Closed, ["Side", "For all", "Be kind", "Here"], ["mo", "molly"]),
            ("others", GroupKind::Private, ["O", "o", "o", "o"], ["other", "bob"]),
            ("slow", GroupKind::Private, ["S", "s", "s", "s"], ["mo", "molly"]),
        ] {
            let [name, about, rules, area] = words.map(str::to_owned);
            let moderators = keepers.map(str::to_owned).to_vec();
            let is_slow = handle == "slow";
            let (handle, posting, lang) = (handle.to_owned(), PostingRule::Members, None);
            let new = NewGroup {
                handle,
                name,
                about,
                kind,
                posting,
                approval: if is_slow { ApprovalRule::All } else { ApprovalRule::None },
                rules,
                lang,
                area,
                moderators,
            };
            self.town.app.groups().create(&operator(), new).await.unwrap();
        }
        let knows: Vec<&str> = INSIDE.into_iter().chain(["blocked", "invited"]).collect();
        for word in private {
            self.secret(word, &knows, &["ben", "invited"], None);
        }
        self.portrait("quiet", &knows).await;
        let groups = self.town.app.groups();
        for group in ["quiet", "side"] {
            for name in ["ann", "ben", "blocked", "left", "out", "banned", "silent"] {
                groups.invite(&operator(), group, name).await.unwrap();
                groups.join(&operator(), name, group).await.unwrap();
            }
            groups.invite(&operator(), group, "invited").await.unwrap();
        }
        groups.join(&operator(), "asked", "side").await.unwrap();
    }

    /// Everything that can be said in a group, by Ann and Ben.
    async fn say_everything(&mut self, group: &'static str, mark: &str) {
        let word = |what: &str| format!("zq{what}{mark}");
        let (ann, ben) = (self.as_person("ann").await, self.as_person("ben").await);
        let inside =
            |text: String| NewPost { group: Some(group.to_owned()), ..Kit::words("ann", &text) };
        let first = inside(format!("{} @ben @fan@{}", word("before"), self.birch.host));
        let first = NewPost { title: Some(word("title")), warning: Some(word("warning")), ..first };
        let first = self.town.publish(&ann, first).await;
        let text = format!("{} #{} @bob", word("text"), word("tag"));
        let edit = EditPost {
            post: first.id,
            text,
            warning: first.warning.clone(),
            lang: None,
            pictures: Some(vec![self.picture(&ann, word("picture")).await]),
        };
        self.town.app.posts().edit(&ann, edit).await.unwrap();
        let by = PostRef::Id(first.id);
        let (welsh, translation) = (Lang::parse("cy").unwrap(), word("translation"));
        self.town.app.posts().translate(&ann, &by, welsh, &translation).await.unwrap();
        let poll = self.poll(inside(word("poll")), word("option")).await;
        let gone = self.town.publish(&ann, inside(word("gone"))).await;
        self.town.app.posts().delete(&ann, gone.id).await.unwrap();
        let answer = |to: &PostView, by: &str, text: String| NewPost {
            in_reply_to: Some(to.uri.clone()),
            ..Kit::words(by, &text)
        };
        let reply = self.town.publish(&ben, answer(&first, "ben", word("reply"))).await;
        let last = self.town.publish(&ann, answer(&reply, "ann", word("answer"))).await;
        let (like, ben_likes) = (ReactionKind::Like, PostRef::Id(last.id));
        self.town.app.reactions().add(&ben, "ben", &ben_likes, like).await.unwrap();
        let reactions = self.town.app.reactions();
        let boost = reactions.add(&ben, "ben", &ben_likes, ReactionKind::Boost).await;
        assert!(matches!(boost, Err(Error::Invalid(_))), "S-044");
        self.report(&ben, &first, word("report")).await;
        for post in [&first, &poll, &gone, &reply, &last] {
            let slug = post.uri.rsplit('/').next().unwrap().to_owned();
            self.posts.push((post.author.handle.clone(), slug));
            self.uris.push(post.uri.clone());
        }
        self.tags.push(word("tag"));
        for what in [
            "title",
            "warning",
            "text",
            "tag",
            "before",
            "translation",
            "poll",
            "option",
            "answer",
            "picture",
        ] {
            self.secret(&word(what), &INSIDE, &["mo", "ben"], None);
        }
        // Ben does not block anybody.
        let readers: Vec<&str> = INSIDE.into_iter().chain(["blocked"]).collect();
        self.secret(&word("reply"), &readers, &["mo", "ann"], None);
        self.secret(&word("gone"), &[], &[], None);
        self.secret(&word("report"), &["mo", "molly"], &["mo"], None);
    }

    async fn report(&self, by: &Caller, post: &PostView, comment: String) {
        let new = NewReport {
            reporter: "ben".to_owned(),
            about: self.address("ann"),
            posts: vec![post.uri.clone()],
            comment,
            to: Readers::Group,
            forward: true,
        };
        self.town.app.reports().send(by, new).await.unwrap();
    }

    /// Who was inside while all was said, and is not any more.
    async fn end_memberships(&self) {
        let groups = self.town.app.groups();
        let mo = self.as_person("mo").await;
        for group in ["quiet", "side"] {
            groups.leave(&self.as_person("left").await, "left", group).await.unwrap();
            groups.turn_away(&mo, group, "out").await.unwrap();
            groups.appoint(&mo, group, "banned", GroupRole::Banned).await.unwrap();
        }
    }

    pub(super) fn secret(
        &mut self,
        word: &str,
        seen_by: &[&'static str],
        found_by: &[&'static str],
        at: Option<&'static str>,
    ) {
        let (word, seen_by, found_by) = (word.to_owned(), seen_by.to_vec(), found_by.to_vec());
        self.secrets.push(Secret { word, seen_by, found_by, at });
    }

    fn address(&self, name: &str) -> Address {
        Address::parse(&format!("{name}@{}", self.town.host)).unwrap()
    }

    pub(super) async fn as_person(&self, name: &str) -> Caller {
        self.town.app.accounts().seen_as(&operator(), name).await.unwrap()
    }

    /// The token of a browser in which `name` is signed in.
    pub(super) async fn token(&self, name: &str) -> String {
        self.town.app.accounts().sign_in(name, PASSWORD, "test").await.unwrap().0
    }

    pub(super) fn host(&self) -> &str {
        &self.town.host
    }

    pub(super) fn port(&self) -> u16 {
        self.town.host.rsplit_once(':').unwrap().1.parse().unwrap()
    }

    pub(super) fn now(&self) -> Moment {
        use carefolk_app::ports::Clock;
        self.clock.now()
    }

    /// The bodies of everything that the neighbour was sent.
    pub(super) fn sent(&self) -> Vec<String> {
        let bodies = self.birch.seen().into_iter().filter(|seen| seen.method == "POST");
        bodies.map(|seen| String::from_utf8_lossy(&seen.body).into_owned()).collect()
    }

    /// Addresses of what is hidden, each with one of the same kind at which nothing is.
    pub(super) fn pairs(&self) -> Vec<(String, String)> {
        let groups = ["/groups/quiet", "/groups/quiet/members", "/follow/quiet", "/@quiet"];
        let mut pairs: Vec<(String, String)> = groups
            .iter()
            .map(|path| ((*path).to_owned(), path.replace("quiet", "nobod")))
            .collect();
        for tag in &self.tags {
            let [hidden, nothing] =
                [tag, &tag.replace("zq", "qz")].map(|tag| format!("/tags/{tag}"));
            pairs.push((hidden, nothing));
        }
        for (who, slug) in &self.posts {
            let other: String = slug.chars().rev().collect();
            for path in ["/@WHO/SLUG", "/@WHO/SLUG/history", "/@WHO/SLUG/edit", "/ap/post/SLUG"] {
                let fill = |slug: &str| path.replace("WHO", who).replace("SLUG", slug);
                pairs.push((fill(slug), fill(&other)));
            }
        }
        pairs
    }
}

/// Everything that is logged from now on at the finest level that the program has, where others than our own crates are
/// heard from their warnings on.
pub(super) fn log() -> Arc<Mutex<Vec<u8>>> {
    let lines = Lines::default();
    let kept = Arc::clone(&lines.0);
    let filter = "warn,carefolk=trace,carefolk_app=trace,carefolk_web=trace,\
                  carefolk_federation=trace,carefolk_httpkit=trace,carefolk_store=trace";
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter);
    // Another test of the same process may have been first; then it is its log.
    subscriber.with_writer(lines).try_init().ok();
    kept
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

struct Line<'a>(MutexGuard<'a, Vec<u8>>);

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Self::Writer {
        Line(self.0.lock().unwrap())
    }
}
