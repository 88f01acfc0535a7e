//! What must always be true of the rows, as questions for the rows of which it is not.
//!
//! Every question is plain SQL that both databases understand, and gives the numbers of the rows
//! that break the rule. They walk over whole tables, and look up what belongs to each row: they are for
//! `carefolk doctor --deep`.

use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::sql::Sql;
use crate::db::{Db, DbKind};
use crate::error::StoreError;

/// A rule of the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invariant {
    /// What it is called.
    pub name: &'static str,
    /// What is wrong where it is broken, in words for an admin.
    pub says: &'static str,
    /// Gives one number for each row that breaks it.
    broken: &'static str,
}

/// A rule that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub invariant: Invariant,
    /// How many rows break it.
    pub rows: u64,
    /// The number of the first of them.
    pub first: i64,
}

const fn rule(name: &'static str, says: &'static str, broken: &'static str) -> Invariant {
    Invariant { name, says, broken }
}

/// Every rule.
pub const INVARIANTS: &[Invariant] = &[
    rule(
        "follower counts",
        "the number of followers of an actor is not the number of those who follow it",
        "SELECT a.id FROM actor a WHERE a.follower_count <> (SELECT count(*) FROM follow f \
         WHERE f.followee_id = a.id AND f.state = 'accepted')",
    ),
    rule(
        "following counts",
        "the number that an actor follows is not the number of those it follows",
        "SELECT a.id FROM actor a WHERE a.following_count <> (SELECT count(*) FROM follow f \
         WHERE f.follower_id = a.id AND f.state = 'accepted')",
    ),
    rule(
        "post counts",
        "the number of posts of an actor is not the number of those that anybody may read",
        "SELECT a.id FROM actor a LEFT JOIN (SELECT p.actor_id AS author, count(*) AS posts \
           FROM post p WHERE p.state = 'published' AND p.audience IN ('public', 'quiet') \
           GROUP BY p.actor_id) c ON c.author = a.id WHERE a.note_count <> coalesce(c.posts, 0)",
    ),
    rule(
        "reply counts",
        "the number of replies of a post is not the number of those that its readers may read",
        "SELECT p.id FROM post p LEFT JOIN (SELECT c.in_reply_to_id AS parent, count(*) AS replies \
           FROM post c JOIN post q ON q.id = c.in_reply_to_id WHERE c.state = 'published' \
           AND (c.audience IN ('public', 'quiet') OR (c.audience = q.audience \
             AND c.audience IN ('local', 'followers', 'group'))) GROUP BY c.in_reply_to_id) r \
         ON r.parent = p.id WHERE p.reply_count <> coalesce(r.replies, 0)",
    ),
    rule(
        "like counts",
        "the number of likes of a post is not the number of its likes",
        "SELECT p.id FROM post p WHERE p.like_count <> (SELECT count(*) FROM reaction r \
         WHERE r.post_id = p.id AND r.kind = 'like')",
    ),
    rule(
        "boost counts",
        "the number of boosts of a post is not the number of its boosts",
        "SELECT p.id FROM post p WHERE p.boost_count <> (SELECT count(*) FROM reaction r \
         WHERE r.post_id = p.id AND r.kind = 'boost')",
    ),
    rule(
        "votes",
        "the votes for an option of a poll of ours are not those that were cast",
        "SELECT o.post_id FROM poll_option o JOIN post p ON p.id = o.post_id \
         WHERE p.slug IS NOT NULL AND o.votes <> (SELECT count(*) FROM poll_vote v \
           WHERE v.post_id = o.post_id AND v.position = o.position)",
    ),
    rule(
        "voters",
        "the number of voters of a poll of ours is not the number of those who voted",
        "SELECT q.post_id FROM poll q JOIN post p ON p.id = q.post_id \
         WHERE p.slug IS NOT NULL AND q.voters <> (SELECT count(DISTINCT v.actor_id) \
           FROM poll_vote v WHERE v.post_id = q.post_id)",
    ),
    rule(
        "replies to nobody",
        "a reply says that its post is here, and it is not",
        "SELECT c.id FROM post c WHERE c.in_reply_to_id IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM post p WHERE p.id = c.in_reply_to_id)",
    ),
    rule(
        "conversations without a beginning",
        "a post belongs to a conversation whose first post is not here",
        "SELECT c.id FROM post c WHERE c.root_id IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM post p WHERE p.id = c.root_id)",
    ),
    rule(
        "posts without words",
        "a published post has no text",
        "SELECT p.id FROM post p WHERE p.state = 'published' AND NOT EXISTS \
         (SELECT 1 FROM rendition r WHERE r.post_id = p.id AND r.kind = 'original')",
    ),
    rule(
        "pictures of deleted posts",
        "a picture stands in a deleted post, or in one from elsewhere, or is gone and stands somewhere",
        "SELECT i.id FROM picture i JOIN post p ON p.id = i.post_id \
         WHERE p.state = 'deleted' OR p.slug IS NULL OR i.gone_at IS NOT NULL OR i.ready_at IS NULL",
    ),
    rule(
        "words of deleted posts",
        "a deleted post still has a text, a history, an attachment, a pin or a reaction",
        "SELECT p.id FROM post p WHERE p.state = 'deleted' AND ( \
           EXISTS (SELECT 1 FROM rendition x WHERE x.post_id = p.id) \
           OR EXISTS (SELECT 1 FROM revision x WHERE x.post_id = p.id) \
           OR EXISTS (SELECT 1 FROM attachment x WHERE x.post_id = p.id) \
           OR EXISTS (SELECT 1 FROM pin x WHERE x.post_id = p.id) \
           OR EXISTS (SELECT 1 FROM reaction x WHERE x.post_id = p.id))",
    ),
    rule(
        "buried posts",
        "a post that its author deleted elsewhere is still shown here",
        "SELECT p.id FROM post p JOIN actor a ON a.id = p.actor_id \
         JOIN tombstone t ON t.uri_hash = p.uri_hash AND t.said_by = a.uri \
         WHERE p.state = 'published'",
    ),
    rule(
        "posts that were never said",
        "a published post of ours for people elsewhere was never put in the outbox",
        "SELECT p.id FROM post p WHERE p.slug IS NOT NULL AND p.state = 'published' \
         AND p.audience IN ('public', 'quiet', 'followers', 'direct') \
         AND p.created_at >= (SELECT min(f.created_at) FROM outbox_activity f) AND NOT EXISTS \
           (SELECT 1 FROM outbox_activity o WHERE o.post_id = p.id AND o.kind = 'Create')",
    ),
    rule(
        "posts said by nobody",
        "an activity in the outbox is about a post that is not here",
        "SELECT o.id FROM outbox_activity o WHERE o.post_id IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM post p WHERE p.id = o.post_id)",
    ),
    rule(
        "what stays here",
        "an activity for people with an account here stands in the outbox",
        "SELECT o.id FROM outbox_activity o WHERE o.audience IN ('local', 'group')",
    ),
    rule(
        "groups that stay here",
        "a post for the members of a group is in one that other servers know of, or one in a group of members is \
         for others",
        "SELECT p.id FROM post p JOIN care_group g ON g.id = p.group_id \
         WHERE (p.audience = 'group') <> (g.actor_id IS NULL)",
    ),
    rule(
        "members of the deleted",
        "somebody who is gone is in a group",
        "SELECT m.actor_id FROM group_member m JOIN actor a ON a.id = m.actor_id \
         WHERE a.state = 'deleted' AND m.role <> 'banned'",
    ),
    rule(
        "deliveries of nothing",
        "a delivery has no activity, or waits with one that was taken back",
        "SELECT d.id FROM delivery d WHERE NOT EXISTS \
         (SELECT 1 FROM outbox_activity o WHERE o.id = d.activity_id \
           AND (o.body <> '' OR d.state <> 'waiting'))",
    ),
    rule(
        "deliveries to nobody",
        "a delivery goes to a server that has no row",
        "SELECT d.id FROM delivery d WHERE NOT EXISTS \
         (SELECT 1 FROM peer p WHERE p.id = d.peer_id)",
    ),
    rule(
        "deliveries to the suspended",
        "a delivery waits for a server that is suspended",
        "SELECT d.id FROM delivery d JOIN peer p ON p.id = d.peer_id \
         WHERE d.state = 'waiting' AND p.effective = 'suspended'",
    ),
    rule(
        "ends of deliveries",
        "a delivery is over and waits, or is in work and over",
        "SELECT d.id FROM delivery d WHERE (d.state = 'waiting' AND d.ended_at IS NOT NULL) \
         OR (d.state <> 'waiting' AND d.ended_at IS NULL)",
    ),
    rule(
        "home pages",
        "a home page has a post, a reader or a booster that is not here",
        "SELECT h.post_id FROM home h WHERE \
           NOT EXISTS (SELECT 1 FROM account a WHERE a.id = h.account_id) \
           OR NOT EXISTS (SELECT 1 FROM post p WHERE p.id = h.post_id AND p.state = 'published') \
           OR (h.boosted_by IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM actor b WHERE b.id = h.boosted_by))",
    ),
    rule(
        "notices about nobody",
        "somebody is told of an actor or a post that is not here",
        "SELECT n.id FROM notification n WHERE \
           NOT EXISTS (SELECT 1 FROM actor a WHERE a.id = n.actor_id) \
           OR (n.post_id IS NOT NULL AND NOT EXISTS \
             (SELECT 1 FROM post p WHERE p.id = n.post_id AND (p.state = 'published' \
               OR (p.state = 'removed' AND n.kind IN ('post_removed', 'report_done'))))) \
           OR (n.group_id IS NOT NULL \
             AND NOT EXISTS (SELECT 1 FROM care_group g WHERE g.id = n.group_id))",
    ),
    rule(
        "follows of the deleted",
        "a deleted actor still follows or is followed",
        "SELECT f.id FROM follow f JOIN actor a ON a.id IN (f.follower_id, f.followee_id) \
         WHERE a.state = 'deleted'",
    ),
    rule(
        "keys",
        "an actor of ours cannot sign: it lacks a key",
        "SELECT a.id FROM actor a WHERE a.domain_id IS NOT NULL AND a.state = 'active' \
         AND (SELECT count(DISTINCT k.algorithm) FROM actor_key k WHERE k.actor_id = a.id \
           AND k.retired_at IS NULL AND k.sealed_private IS NOT NULL) <> 2",
    ),
    rule(
        "names",
        "the name of an actor of ours is kept for nobody, or for somebody else",
        "SELECT a.id FROM actor a WHERE a.domain_id IS NOT NULL AND NOT EXISTS \
         (SELECT 1 FROM handle_history h WHERE h.domain_id = a.domain_id \
           AND h.handle_folded = a.handle_folded AND h.actor_id = a.id)",
    ),
    rule(
        "accounts",
        "an account belongs to an actor of another server",
        "SELECT c.id FROM account c JOIN actor a ON a.id = c.actor_id WHERE a.domain_id IS NULL",
    ),
    rule(
        "texts that are over",
        "an activity that was applied or refused still has its text",
        "SELECT i.id FROM inbound_activity i WHERE i.state IN ('done', 'refused') AND i.body <> ''",
    ),
    rule(
        "jobs that are over",
        "a job that is over still keeps others like it away",
        "SELECT j.id FROM job j WHERE j.state <> 'waiting' AND j.unique_key IS NOT NULL",
    ),
];

/// The rules that are broken, in the order of [`INVARIANTS`].
///
/// # Errors
///
/// As any statement.
pub async fn broken_invariants(conn: &DatabaseConnection) -> Result<Vec<Broken>, StoreError> {
    let mut all = Vec::new();
    for invariant in INVARIANTS {
        let text =
            format!("SELECT count(*), coalesce(min(x.id), 0) FROM ({}) x", named(invariant.broken));
        let Some(row) = conn.query_one_raw(Sql::new(text, []).on(conn)).await? else { continue };
        let rows: i64 = row.try_get_by_index(0)?;
        if rows > 0 {
            let first = row.try_get_by_index(1)?;
            all.push(Broken { invariant: *invariant, rows: rows.unsigned_abs(), first });
        }
    }
    Ok(all)
}

/// The question with its one column called `id`, whatever table it is of.
fn named(question: &str) -> String {
    let (column, rest) = question.split_once(" FROM ").unwrap_or((question, ""));
    format!("{column} AS id FROM {rest}")
}

/// How many faults of a file are told.
const FAULTS_MAX: usize = 20;

/// What is wrong with the file of an SQLite database: broken pages, and rows that refer to none.
/// PostgreSQL watches over both itself.
///
/// # Errors
///
/// As any statement.
pub async fn file_faults(db: &Db) -> Result<Vec<String>, StoreError> {
    let mut faults = Vec::new();
    if db.kind() != DbKind::Sqlite {
        return Ok(faults);
    }
    let conn = db.read();
    let checked = Sql::new(format!("PRAGMA integrity_check({FAULTS_MAX})"), []).on(conn);
    for row in conn.query_all_raw(checked).await? {
        let said: String = row.try_get_by_index(0)?;
        if said != "ok" {
            faults.push(said);
        }
    }
    let checked = Sql::new("PRAGMA foreign_key_check", []).on(conn);
    for row in conn.query_all_raw(checked).await?.iter().take(FAULTS_MAX) {
        let (table, parent): (String, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(2)?);
        let number: Option<i64> = row.try_get_by_index(1)?;
        let number = number.map(|number| format!(" {number}")).unwrap_or_default();
        faults.push(format!("row{number} of {table} refers to no row of {parent}"));
    }
    Ok(faults)
}

/// The database's own version, such as `SQLite 3.50.2` or `PostgreSQL 15.8`.
///
/// # Errors
///
/// As any statement.
pub async fn database_version(db: &Db) -> Result<String, StoreError> {
    let (name, ask) = match db.kind() {
        DbKind::Sqlite => ("SQLite", "SELECT sqlite_version()"),
        DbKind::Postgres => ("PostgreSQL", "SELECT current_setting('server_version')"),
    };
    let row = db.read().query_one_raw(Sql::new(ask, []).on(db.read())).await?;
    let version: String = row.map_or(Ok(String::new()), |row| row.try_get_by_index(0))?;
    let version = version.split(' ').next().unwrap_or_default();
    Ok(format!("{name} {version}"))
}

/// The switches of a PostgreSQL that are off, and without which a power cut loses what was said to be
/// safe. Those of SQLite are checked when it is opened.
///
/// # Errors
///
/// As any statement.
pub async fn unsafe_switches(db: &Db) -> Result<Vec<String>, StoreError> {
    const OFF: &str = "SELECT name FROM pg_settings WHERE setting = 'off' \
        AND name IN ('fsync', 'full_page_writes', 'synchronous_commit') ORDER BY name";
    if db.kind() != DbKind::Postgres {
        return Ok(Vec::new());
    }
    let rows = db.read().query_all_raw(Sql::new(OFF, []).on(db.read())).await?;
    rows.iter().map(|row| Ok(row.try_get_by_index(0)?)).collect()
}
