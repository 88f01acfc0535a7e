//! What must always be true of the rows: kept by all that the application does, and found
//! where somebody broke it. Every other test that settles its kit asks the same.

use std::collections::BTreeSet;

use carefolk_app::posts::{NewPoll, NewPost};
use carefolk_domain::{Audience, Role};
use carefolk_store::DbKind;
use carefolk_store::dialect::INVARIANTS;
use carefolk_testkit::{Kit, operator};
use serde_json::json;

use crate::stranger::{act, follow, note, say, settle_in};

/// A rule, and how to break it; in this order, so that each breaks its own rule and no later one.
const BREAKS: [(&str, &str); 31] = [
    ("follower counts", "UPDATE actor SET follower_count = 7 WHERE handle = 'hazelbank'"),
    ("following counts", "UPDATE actor SET following_count = 7 WHERE handle = 'ann'"),
    ("post counts", "UPDATE actor SET note_count = 7 WHERE handle = 'hazelbank'"),
    ("reply counts", "UPDATE post SET reply_count = 7 WHERE state = 'published'"),
    ("like counts", "UPDATE post SET like_count = 7 WHERE state = 'published'"),
    ("boost counts", "UPDATE post SET boost_count = 7 WHERE state = 'published'"),
    ("votes", "UPDATE poll_option SET votes = 7"),
    ("voters", "UPDATE poll SET voters = 7"),
    ("replies to nobody", "UPDATE post SET in_reply_to_id = 7 WHERE in_reply_to_id IS NOT NULL"),
    ("conversations without a beginning", "UPDATE post SET root_id = 7 WHERE root_id IS NOT NULL"),
    ("pictures of deleted posts", "UPDATE picture SET gone_at = 7"),
    (
        "words of deleted posts",
        "INSERT INTO rendition (post_id, kind, lang, html) \
         SELECT id, 'original', 'en', 'secret' FROM post WHERE state = 'deleted'",
    ),
    (
        "buried posts",
        "INSERT INTO tombstone (uri_hash, uri, said_by, at) \
         SELECT p.uri_hash, p.uri, a.uri, 1 FROM post p JOIN actor a ON a.id = p.actor_id \
         WHERE p.slug IS NULL AND p.state = 'published'",
    ),
    (
        "groups that stay here",
        "INSERT INTO care_group (id, kind, handle, posting, rules, lang, created_at) \
         VALUES (7, 'closed', 'x', 'members', '', 'en', 1); \
         UPDATE post SET group_id = 7 WHERE audience = 'local'",
    ),
    ("names", "UPDATE handle_history SET actor_id = 7 WHERE handle_folded = 'hazelbank'"),
    ("keys", "UPDATE actor_key SET sealed_private = NULL WHERE algorithm = 'ed25519'"),
    ("jobs that are over", "UPDATE job SET state = 'done', unique_key = 'x' || id"),
    ("texts that are over", "UPDATE inbound_activity SET body = 'x' WHERE state = 'done'"),
    ("notices about nobody", "UPDATE notification SET actor_id = 7"),
    ("home pages", "UPDATE home SET boosted_by = 7"),
    ("ends of deliveries", "UPDATE delivery SET ended_at = NULL WHERE state = 'done'"),
    (
        "deliveries to the suspended",
        "UPDATE peer SET effective = 'suspended' WHERE host = 'v.example'; \
         UPDATE delivery SET state = 'waiting' \
         WHERE activity_id IN (SELECT id FROM outbox_activity WHERE body <> '')",
    ),
    ("deliveries to nobody", "UPDATE delivery SET peer_id = 7"),
    ("deliveries of nothing", "UPDATE delivery SET activity_id = 7"),
    ("what stays here", "UPDATE outbox_activity SET audience = 'local' WHERE kind = 'Create'"),
    (
        "posts that were never said",
        "UPDATE outbox_activity SET kind = 'Update' WHERE kind = 'Create'",
    ),
    ("posts said by nobody", "UPDATE outbox_activity SET post_id = 7 WHERE post_id IS NOT NULL"),
    ("posts without words", "DELETE FROM rendition"),
    ("follows of the deleted", "UPDATE actor SET state = 'deleted' WHERE handle = 'ann'"),
    (
        "members of the deleted",
        "INSERT INTO group_member (group_id, actor_id, role, created_at) \
         SELECT 7, id, 'member', 1 FROM actor WHERE handle = 'ann'",
    ),
    ("accounts", "UPDATE actor SET domain_id = NULL WHERE handle = 'nurse'"),
];

/// A community in which something of everything happened.
async fn lively() -> Kit {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let hazelbank = kit.provider("hazelbank", "nurse").await;
    settle_in(&kit, "v.example", "ann");
    say(&kit, &follow(1, &hazelbank.uri)).await;
    let post = kit.post(&nurse, "hazelbank", "Soup at noon.").await;
    let mut reply = json!(note(1, "<p>Lovely</p>"));
    reply["inReplyTo"] = json!(post.uri);
    say(&kit, &act(1, "Create", reply)).await;
    say(&kit, &act(2, "Like", json!(post.uri))).await;
    say(&kit, &act(3, "Announce", json!(post.uri))).await;
    let own = kit.post(&nurse, "nurse", "My own").await;
    say(&kit, &act(4, "Like", json!(own.uri))).await;
    let answer = NewPost { in_reply_to: Some(post.uri.clone()), ..Kit::words("nurse", "Yes") };
    kit.app.posts().publish(&nurse, answer).await.unwrap();
    let here = NewPost { audience: Audience::Local, ..Kit::words("nurse", "Only here") };
    kit.app.posts().publish(&nurse, here).await.unwrap();
    let options = vec!["Tea".to_owned(), "Coffee".to_owned()];
    let poll = Some(NewPoll { options, multiple: false, open_for: None });
    let poll = NewPost { poll, ..Kit::words("hazelbank", "Tea or coffee?") };
    kit.app.posts().publish(&nurse, poll).await.unwrap();
    let pictures = vec![kit.picture(&nurse, "A cup").await];
    let shown = NewPost { pictures, ..Kit::words("hazelbank", "Our cups") };
    kit.app.posts().publish(&nurse, shown).await.unwrap();
    let slip = kit.post(&nurse, "hazelbank", "A slip").await;
    kit.settle().await;
    kit.app.posts().delete(&nurse, slip.id).await.unwrap();
    kit.settle().await;
    kit
}

async fn broken(kit: &Kit) -> BTreeSet<&'static str> {
    let broken = kit.app.broken_rules(&operator()).await.unwrap();
    broken.into_iter().map(|rule| rule.name).collect()
}

#[tokio::test]
async fn every_broken_rule_is_found() {
    let kit = lively().await;
    assert_eq!(broken(&kit).await, BTreeSet::new());
    let mut before = BTreeSet::new();
    for (name, sql) in BREAKS {
        assert!(!before.contains(name), "{name} is broken already: {before:?}");
        kit.database.meddle(sql).await;
        let after = broken(&kit).await;
        assert!(after.contains(name), "{name}: {after:?}");
        before = after;
    }
    let every: BTreeSet<&str> = INVARIANTS.iter().map(|rule| rule.name).collect();
    assert_eq!(BREAKS.map(|(name, _)| name).into_iter().collect::<BTreeSet<_>>(), every);
}

#[tokio::test]
async fn a_changed_act_and_a_row_that_refers_to_none_are_found() {
    let kit = lively().await;
    // Whoever can write into the database can take the guard away.
    let unguard = match kit.app.db().kind() {
        DbKind::Sqlite => "DROP TRIGGER audit_is_not_changed",
        DbKind::Postgres => "DROP TRIGGER audit_stays ON audit",
    };
    let change = "UPDATE audit SET detail = 'nothing happened'";
    kit.database.meddle(&format!("{unguard}; {change}")).await;
    assert!(broken(&kit).await.contains("acts"));
    if kit.app.db().kind() == DbKind::Sqlite {
        kit.database.meddle("DELETE FROM account").await;
        assert!(broken(&kit).await.contains("the file"));
    }
}
