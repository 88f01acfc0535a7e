//! Every JSON document we send, made by real commands and compared with the files in
//! `tests/golden/federation`, which docs/federation shows.
//!
//! `CAREFOLK_UPDATE_GOLDEN=1` writes the files anew; `cargo xtask docs` then copies them to the
//! pages. A changed byte is a line of the changelog under *Federation*.

mod dealings;
mod groups;
mod polls;

use std::fs;
use std::path::{Path, PathBuf};

use axum::Router;
use axum::body::Body;
use carefolk_app::Caller;
use carefolk_app::inbound::Arrival;
use carefolk_app::pictures::NewPicture;
use carefolk_app::posts::{EditPost, NewPost, PostView};
use carefolk_app::profiles::ChangeActor;
use carefolk_app::providers::NewProvider;
use carefolk_domain::{Address, Audience, Focus, Lang, Role, Span};
use carefolk_federation::{Federation, Limits};
use carefolk_testkit::{Kit, operator};
use http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::pretty::pretty;

const ANN: &str = "https://v.example/users/ann";
const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// A file's name and its text.
type Golden = (&'static str, String);

/// A community with a provider, and Ann elsewhere, who follows it.
struct Scene {
    kit: Kit,
    router: Router,
    nurse: Caller,
    acts: u32,
}

impl Scene {
    async fn new() -> Self {
        let kit = Kit::new().await;
        let nurse = kit.account("nurse", Role::Member).await;
        let hazelbank = NewProvider {
            handle: "hazelbank".to_owned(),
            name: "Hazelbank Day Centre".to_owned(),
            summary: "Company, lunch and *a lift home*.".to_owned(),
            owner: "nurse".to_owned(),
        };
        kit.app.providers().create(&operator(), hazelbank).await.unwrap();
        kit.remote.put(ANN, &ann().to_string());
        kit.remote.finger("ann@v.example", ANN);
        let face = Federation::new(kit.app.clone(), kit.remote.clone(), Limits::default());
        Self { router: face.negotiated(Router::new()).merge(face.router()), kit, nurse, acts: 0 }
    }

    /// What stands at one of our addresses.
    async fn read(&self, uri: &str, status: StatusCode) -> String {
        let path = uri.strip_prefix("https://care.example").unwrap_or(uri);
        self.ask(Request::get(path).body(Body::empty()).unwrap(), status).await
    }

    /// What a server of that name reads at one of our addresses.
    async fn read_as(&self, uri: &str, agent: &str) -> String {
        let path = uri.strip_prefix("https://care.example").unwrap_or(uri);
        let request = Request::get(path).header("User-Agent", agent).body(Body::empty()).unwrap();
        self.ask(request, StatusCode::OK).await
    }

    async fn ask(&self, request: Request<Body>, status: StatusCode) -> String {
        let path = request.uri().path().to_owned();
        let answer = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    async fn get(&self, uri: &str) -> String {
        self.read(uri, StatusCode::OK).await
    }

    /// The last activity of that type that was sent to anybody, byte for byte.
    fn sent(&self, kind: &str) -> String {
        let is_it = |body: &str| serde_json::from_str::<Value>(body).unwrap()["type"] == kind;
        let sent = self.kit.remote.sent().into_iter().rev();
        unproven(&sent.map(|(_, body)| body).find(|body| is_it(body)).unwrap())
    }

    /// Ann says something, and everything that follows from it is done.
    async fn hear(&mut self, kind: &str, object: Value) {
        self.acts += 1;
        let id = format!("https://v.example/acts/{}", self.acts);
        self.hear_whole(json!({"@context": "https://www.w3.org/ns/activitystreams", "id": id,
            "type": kind, "actor": ANN, "object": object}))
            .await;
    }

    async fn hear_whole(&self, activity: Value) {
        let arrival = Arrival {
            uri: activity["id"].as_str().unwrap().to_owned(),
            actor_uri: ANN.to_owned(),
            host: "v.example".to_owned(),
            kind: activity["type"].as_str().unwrap().to_owned(),
            body: activity.to_string(),
            synchronization: None,
        };
        self.kit.app.inbound().accept(arrival).await.unwrap();
        self.kit.settle().await;
    }

    /// Hazelbank says something; a minute passes.
    async fn say(&self, new: NewPost) -> PostView {
        let post = self.kit.app.posts().publish(&self.nurse, new).await.unwrap();
        self.kit.settle().await;
        self.kit.clock.advance(Span::minutes(1));
        post
    }

    async fn actor(&self, handle: &str) -> String {
        self.kit.app.actors().find_local(handle).await.unwrap().uri
    }
}

fn ann() -> Value {
    json!({
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": ANN, "type": "Person", "preferredUsername": "ann", "name": "Ann",
        "inbox": format!("{ANN}/inbox"), "outbox": format!("{ANN}/outbox"),
        "followers": format!("{ANN}/followers"),
        "endpoints": {"sharedInbox": "https://v.example/inbox"},
        "publicKey": {"id": format!("{ANN}#main-key"), "owner": ANN,
            "publicKeyPem": "-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n"}
    })
}

/// The object of an activity, as text and in its own order.
fn object(activity: &str) -> String {
    let (_, rest) = activity.split_once("\"object\":").unwrap();
    rest.strip_suffix('}').unwrap().to_owned()
}

async fn actors(scene: &Scene) -> Vec<Golden> {
    vec![
        ("actor_person.json", scene.get(&scene.actor("nurse").await).await),
        ("actor_organization.json", scene.get(&scene.actor("hazelbank").await).await),
        (
            "actor_organization_as_person.json",
            scene.read_as(&scene.actor("hazelbank").await, "PieFed/1.6; +https://p.example").await,
        ),
        ("actor_application.json", scene.get(&scene.actor("instance").await).await),
    ]
}

async fn follows(scene: &mut Scene) -> Vec<Golden> {
    let hazelbank = scene.actor("hazelbank").await;
    scene.hear("Follow", json!(hazelbank)).await;
    let accept = scene.sent("Accept");
    let address = Address::parse("ann@v.example").unwrap();
    scene.kit.app.follows().follow(&scene.nurse, "nurse", &address).await.unwrap();
    scene.kit.settle().await;
    let follow = scene.sent("Follow");
    scene.hear("Accept", serde_json::from_str(&follow).unwrap()).await;
    let following = scene.get(&format!("{}/following", scene.actor("nurse").await)).await;
    scene.kit.app.follows().unfollow(&scene.nurse, "nurse", &address).await.unwrap();
    scene.kit.settle().await;
    vec![
        ("accept.json", accept),
        ("follow.json", follow),
        ("undo_follow.json", scene.sent("Undo")),
        ("followers.json", scene.get(&format!("{hazelbank}/followers")).await),
        ("followers_synchronization.json", of_v_example(scene, &hazelbank).await),
        ("following.json", following),
    ]
}

/// Those on Ann's server who follow somebody here, as that server alone may read it.
async fn of_v_example(scene: &Scene, followed: &str) -> String {
    let slug = followed.rsplit('/').next().unwrap();
    scene.kit.app.actors().followers_on(slug, "v.example").await.unwrap()
}

/// Ann is removed from who follows Hazelbank.
async fn farewell(scene: &Scene) -> String {
    let ann = Address::parse("ann@v.example").unwrap();
    scene.kit.app.follows().refuse(&scene.nurse, "hazelbank", &ann).await.unwrap();
    scene.kit.settle().await;
    scene.sent("Reject")
}

async fn posts(scene: &mut Scene) -> Vec<Golden> {
    let public = NewPost {
        warning: Some("Food".to_owned()),
        lang: Lang::parse("en-GB"),
        ..Kit::words("hazelbank", "@ann@v.example The **café** is open.\n\n#Lunch at 12")
    };
    let public = scene.say(public).await;
    let mut golden = vec![
        ("create.json", scene.sent("Create")),
        ("note_public.json", scene.get(&public.uri).await),
    ];
    let question = json!({"id": "https://v.example/notes/1", "type": "Note", "attributedTo": ANN,
        "content": "<p>Is there cake?</p>", "inReplyTo": public.uri, "to": [PUBLIC], "cc": [],
        "published": "2026-12-01T09:00:50Z"});
    scene.hear("Create", question).await;
    let reply = NewPost {
        in_reply_to: Some("https://v.example/notes/1".to_owned()),
        ..Kit::words("hazelbank", "There is.")
    };
    let reply = scene.say(reply).await;
    golden.push(("note_reply.json", scene.get(&reply.uri).await));
    let words = Kit::words("hazelbank", "Who wants to help on Friday?");
    scene.say(NewPost { audience: Audience::Followers, ..words }).await;
    golden.push(("note_followers_only.json", object(&scene.sent("Create"))));
    let words = Kit::words("hazelbank", "The draft of our menu, for who has the link");
    scene.say(NewPost { audience: Audience::Quiet, ..words }).await;
    golden.push(("note_quiet.json", object(&scene.sent("Create"))));
    golden.extend([
        ("replies.json", scene.get(&format!("{}/replies", public.uri)).await),
        ("context.json", scene.get(&format!("{}/context", public.uri)).await),
    ]);
    let edit = EditPost {
        post: reply.id,
        text: "There is, and tea.".to_owned(),
        warning: None,
        lang: None,
        pictures: None,
    };
    scene.kit.app.posts().edit(&scene.nurse, edit).await.unwrap();
    scene.kit.settle().await;
    golden.push(("update.json", scene.sent("Update")));
    golden
}

/// A provider with a picture, as its address says it.
async fn portrait() -> String {
    let scene = Scene::new().await;
    let picture = scene.kit.picture(&scene.nurse, "A blue door under a roof").await;
    let (handle, picture) = ("hazelbank".to_owned(), Some(vec![picture]));
    let change = ChangeActor { handle, picture, ..ChangeActor::default() };
    scene.kit.app.profiles().change(&scene.nurse, change).await.unwrap();
    scene.get(&scene.actor("hazelbank").await).await
}

/// A post with a picture, as its address says it.
async fn picture() -> String {
    let scene = Scene::new().await;
    let picture = scene.kit.picture(&scene.nurse, "A pot of soup on a stove").await;
    let pictures = vec![NewPicture { focus: Focus::Top, ..picture }];
    let post = scene.say(NewPost { pictures, ..Kit::words("hazelbank", "Today's soup") }).await;
    scene.get(&post.uri).await
}

async fn endings(scene: &mut Scene) -> Vec<Golden> {
    let post = scene.say(Kit::words("hazelbank", "A slip of the pen")).await;
    scene.kit.app.posts().delete(&scene.nurse, post.id).await.unwrap();
    scene.kit.settle().await;
    vec![
        ("delete.json", scene.sent("Delete")),
        ("tombstone.json", scene.read(&post.uri, StatusCode::GONE).await),
    ]
}

async fn collections(scene: &Scene) -> Vec<Golden> {
    let hazelbank = scene.actor("hazelbank").await;
    vec![
        ("outbox.json", scene.get(&format!("{hazelbank}/outbox")).await),
        ("outbox_page.json", scene.get(&format!("{hazelbank}/outbox?page=true")).await),
    ]
}

/// What somebody hears who does not sign.
async fn refusal(scene: &Scene) -> Golden {
    let request = Request::post("/inbox")
        .header("Host", "care.example")
        .header("Content-Type", "application/activity+json")
        .body(Body::from("{}"))
        .unwrap();
    ("problem.json", scene.ask(request, StatusCode::UNAUTHORIZED).await)
}

async fn discovery(scene: &Scene) -> Vec<Golden> {
    let query = "/.well-known/webfinger?resource=acct:hazelbank@care.example";
    vec![
        ("webfinger.json", scene.get(query).await),
        (
            "webfinger_instance.json",
            scene.get("/.well-known/webfinger?resource=https://care.example/").await,
        ),
        ("host_meta.json", scene.get("/.well-known/host-meta.json").await),
        ("nodeinfo_index.json", scene.get("/.well-known/nodeinfo").await),
        ("nodeinfo_2_0.json", scene.get("/nodeinfo/2.0").await),
        ("nodeinfo_2_1.json", scene.get("/nodeinfo/2.1").await),
    ]
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

#[expect(clippy::disallowed_methods, reason = "tests have no settings")]
fn is_to_be_written() -> bool {
    std::env::var("CAREFOLK_UPDATE_GOLDEN").is_ok_and(|word| word == "1")
}

/// `body` without the proof at its end, which is a fake here.
fn unproven(body: &str) -> String {
    let words = body.split_once(r#","proof":{"verificationMethod":"#);
    words.map_or_else(|| body.to_owned(), |(words, _)| format!("{words}}}"))
}

/// The names of the files in a folder that end so, in order.
fn names(folder: &Path, ending: &str) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.ends_with(ending)).collect();
    names.sort();
    names
}

#[tokio::test]
async fn every_document_we_send_is_the_one_in_its_file() {
    let mut scene = Scene::new().await;
    let mut golden = actors(&scene).await;
    golden.extend(follows(&mut scene).await);
    golden.extend(Box::pin(posts(&mut scene)).await);
    golden.extend(dealings::reactions(&scene).await);
    golden.extend(endings(&mut scene).await);
    golden.extend(collections(&scene).await);
    golden.extend(discovery(&scene).await);
    golden.extend(dealings::pins(&scene).await);
    golden.extend(dealings::blocks(&scene).await);
    golden.push(dealings::reports(&scene).await);
    golden.extend(dealings::quotes(&mut scene).await);
    golden.push(refusal(&scene).await);
    golden.extend(dealings::changes(&scene).await);
    golden.push(("reject.json", farewell(&scene).await));
    golden.extend(dealings::second_thoughts(&scene).await);
    golden.extend(dealings::closing(&mut scene).await);
    golden.push(("actor_icon.json", portrait().await));
    golden.push(("note_picture.json", picture().await));
    golden.extend(polls::polls().await);
    golden.extend(groups::groups().await);
    let folder = folder("tests/golden/federation");
    for (name, json) in &golden {
        let (path, text) = (folder.join(name), pretty(json));
        // What was only laid out anew still says the same.
        let same = serde_json::from_str::<Value>(&text).unwrap();
        assert_eq!(same, serde_json::from_str::<Value>(json).unwrap(), "{name}");
        if is_to_be_written() {
            fs::write(&path, &text).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(text, kept, "{name} is not what is sent (CAREFOLK_UPDATE_GOLDEN=1 writes it)");
    }
    let mut sent: Vec<&str> = golden.iter().map(|(name, _)| *name).collect();
    sent.sort_unstable();
    assert_eq!(names(&folder, ".json"), sent, "a file that nothing is compared with");
}

/// What a page shows between `<!-- golden: NAME -->` and `<!-- /golden -->`.
fn shown(page: &str) -> Vec<(&str, &str)> {
    let pieces = page.split("<!-- golden: ").skip(1);
    pieces
        .map(|piece| {
            let (name, rest) = piece.split_once(" -->").unwrap();
            let (block, _) = rest.split_once("<!-- /golden -->").unwrap();
            let json = block.trim().strip_prefix("```json\n").unwrap();
            (name, json.strip_suffix("```").unwrap())
        })
        .collect()
}

#[test]
fn every_golden_file_is_shown_on_a_page_as_it_is() {
    let pages = folder("docs/federation");
    let texts = names(&pages, ".md").into_iter().map(|name| fs::read_to_string(pages.join(name)));
    let all = texts.map(Result::unwrap).collect::<Vec<_>>().join("\n");
    let shown = shown(&all);
    let golden = folder("tests/golden/federation");
    for name in names(&golden, ".json") {
        let text = fs::read_to_string(golden.join(&name)).unwrap();
        let found: Vec<_> = shown.iter().filter(|(page, _)| *page == name).collect();
        let [(_, json)] = found[..] else { panic!("{name} is on {} pages", found.len()) };
        assert_eq!(*json, text, "the page with {name} is old: run `cargo xtask docs`");
    }
    assert_eq!(shown.len(), names(&golden, ".json").len(), "a page shows what does not exist");
}
