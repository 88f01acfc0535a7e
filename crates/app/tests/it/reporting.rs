//! Reports, here, to and from other servers.

use carefolk_app::posts::NewPost;
use carefolk_app::reports::{NewReport, Readers, ReportState, ReportView};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Address, Audience, Role};
use carefolk_store::entity::report;
use carefolk_testkit::{Kit, operator};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::stranger::{ANN, ANN_INBOX, PUBLIC, act, follow, note, say, settle_in};

/// A kit in which Ann, from elsewhere, follows a provider.
async fn scene() -> (Kit, Caller, String) {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    (kit, nurse, hazelbank.uri)
}

async fn open(kit: &Kit) -> Vec<ReportView> {
    let page = Page::first(50);
    kit.app.reports().list(&operator(), ReportState::Open, page).await.unwrap()
}

fn about(address: &str) -> NewReport {
    NewReport {
        reporter: "nurse".to_owned(),
        about: Address::parse(address).unwrap(),
        posts: Vec::new(),
        comment: "They shout at people".to_owned(),
        to: Readers::Community,
        forward: true,
    }
}

#[tokio::test]
async fn another_server_hears_from_the_instance_and_not_who_reported() {
    let (kit, nurse, hazelbank) = scene().await;
    let ours = kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    let mut answer = note(1, "rubbish");
    answer["inReplyTo"] = json!(ours.uri);
    say(&kit, &act(1, "Create", answer)).await;
    let uri = "https://v.example/notes/1".to_owned();
    let report = NewReport { posts: vec![uri.clone()], ..about("ann@v.example") };
    kit.app.reports().send(&nurse, report).await.unwrap();
    kit.settle().await;
    let flag = kit.remote.sent_to(ANN_INBOX).pop().unwrap();
    assert_eq!(flag["type"], json!("Flag"));
    assert_eq!(flag["object"], json!([ANN, uri]));
    assert_eq!(flag["content"], json!("They shout at people"));
    assert_eq!(flag["summary"], flag["content"]);
    let text = flag.to_string();
    let nurse_uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    assert!(!text.contains("nurse") && !text.contains(&nurse_uri) && !text.contains(&hazelbank));
    let shown = open(&kit).await;
    let shown = shown.first().unwrap();
    assert_eq!(shown.reporter.as_deref(), Some("nurse"));
    assert!(shown.forwarded && shown.posts.len() == 1);
    kit.app.reports().close(&operator(), shown.id).await.unwrap();
    assert!(open(&kit).await.is_empty());
}

#[tokio::test]
async fn a_report_of_somebody_here_stays_here_and_is_for_admins() {
    let (kit, nurse, _hazelbank) = scene().await;
    let sent = kit.remote.sent().len();
    kit.account("rude", Role::Member).await;
    kit.app.reports().send(&nurse, about("rude@care.example")).await.unwrap();
    kit.settle().await;
    assert_eq!(kit.remote.sent().len(), sent);
    let page = Page::first(50);
    let refused = kit.app.reports().list(&nurse, ReportState::Open, page).await;
    assert!(matches!(refused, Err(Error::Denied(_))));
    assert!(!open(&kit).await.first().unwrap().forwarded);
}

#[tokio::test]
async fn a_report_says_what_is_wrong_about_posts_of_whom_it_is_about() {
    let (kit, nurse, _hazelbank) = scene().await;
    let ours = kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    let reports = kit.app.reports();
    let empty = NewReport { comment: " ".to_owned(), ..about("ann@v.example") };
    assert!(matches!(reports.send(&nurse, empty).await, Err(Error::Invalid(_))));
    let other = NewReport { posts: vec![ours.uri.clone()], ..about("ann@v.example") };
    assert!(matches!(reports.send(&nurse, other).await, Err(Error::Invalid(_))));
    let nobody = reports.send(&nurse, about("nobody@v.example")).await;
    assert!(matches!(nobody, Err(Error::NotFound(_))));
    assert!(open(&kit).await.is_empty());
}

fn flag(number: u32, objects: Value) -> Value {
    let mut flag = act(number, "Flag", objects);
    flag["content"] = json!("<p>They <b>lie</b></p>");
    flag
}

/// S-052: a report shows no post that its server could not see.
#[tokio::test]
async fn a_report_from_elsewhere_names_only_what_its_server_may_see() {
    let (kit, nurse, hazelbank) = scene().await;
    let seen = kit.post(&nurse, "hazelbank", "Lunch at 12").await;
    let new = NewPost { audience: Audience::Local, ..Kit::words("hazelbank", "Only here") };
    let hidden = kit.app.posts().publish(&nurse, new).await.unwrap();
    let report = flag(1, json!([hazelbank, seen.uri, hidden.uri, "https://w.example/x"]));
    say(&kit, &report).await;
    say(&kit, &report).await;
    let shown = open(&kit).await;
    assert_eq!(shown.len(), 1);
    let shown = shown.first().unwrap();
    assert_eq!(shown.comment, "They lie");
    assert_eq!((shown.host.as_deref(), &shown.reporter), (Some("v.example"), &None));
    let named: Vec<&str> = shown.posts.iter().map(|post| post.uri.as_str()).collect();
    assert_eq!(named, [seen.uri.as_str()]);
    // The post alone says whom it is about.
    let mut lemmy = act(2, "Flag", json!(seen.uri));
    lemmy["summary"] = json!("spam");
    say(&kit, &lemmy).await;
    assert_eq!(open(&kit).await.first().unwrap().comment, "spam");
}

#[tokio::test]
async fn a_report_about_nobody_here_is_nothing_and_one_server_cannot_bury_the_others() {
    let (kit, _nurse, hazelbank) = scene().await;
    say(&kit, &flag(1, json!([ANN, "https://v.example/notes/1"]))).await;
    say(&kit, &act(2, "Flag", json!(PUBLIC))).await;
    assert!(open(&kit).await.is_empty());
    for number in 10..215 {
        crate::stranger::hand_in(&kit, &flag(number, json!([hazelbank]))).await;
    }
    kit.settle().await;
    assert_eq!(report::Entity::find().count(kit.app.db().read()).await.unwrap(), 200);
}

/// S-078: names below one that was registered cost nothing.
#[tokio::test]
async fn the_names_of_one_site_share_what_they_may_report() {
    let (kit, _nurse, hazelbank) = scene().await;
    for host in ["e.example", "a.e.example", "b.e.example"] {
        let eve = settle_in(&kit, host, "eve");
        for number in 0..90 {
            let flag = json!({"id": format!("https://{host}/acts/{number}"), "type": "Flag",
                "actor": eve, "object": [hazelbank], "content": "no"});
            crate::stranger::hand_in(&kit, &flag).await;
        }
        kit.settle().await;
    }
    assert_eq!(report::Entity::find().count(kit.app.db().read()).await.unwrap(), 200);
}
