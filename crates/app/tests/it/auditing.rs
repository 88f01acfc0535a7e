//! Who did what, and that nobody can change that afterwards.

use carefolk_app::audit::Chain;
use carefolk_app::posts::{EditPost, PostRef};
use carefolk_app::{Caller, Error};
use carefolk_domain::{Address, Role};
use carefolk_store::entity::{audit, revision};
use carefolk_testkit::{Kit, operator, rows};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query::Expr};

async fn acts(kit: &Kit) -> Vec<String> {
    let rows = kit.app.audit().list(&operator(), None, 50).await.unwrap();
    rows.into_iter().rev().map(|row| format!("{} {}", row.who, row.act)).collect()
}

#[tokio::test]
async fn what_an_operator_does_in_somebodys_name_is_written_down() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    let before = acts(&kit).await.len();
    let post = kit.post(&operator(), "hazelbank", "Closed today").await;
    let edit = EditPost {
        post: post.id,
        text: "Open again".to_owned(),
        lang: None,
        warning: None,
        pictures: None,
    };
    kit.app.posts().edit(&operator(), edit).await.unwrap();
    let address = Address::parse("nurse@care.example").unwrap();
    kit.app.follows().follow(&operator(), "hazelbank", &address).await.unwrap();
    kit.app.posts().delete(&operator(), post.id).await.unwrap();
    let new: Vec<String> = acts(&kit).await.split_off(before);
    let wanted = ["post.publish", "post.edit", "follow", "post.delete"];
    assert_eq!(new, wanted.map(|act| format!("operator test {act}")));
}

#[tokio::test]
async fn what_a_member_of_a_team_writes_carries_their_name_inside_and_needs_no_other_row() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    let before = acts(&kit).await.len();
    let post = kit.post(&nurse, "hazelbank", "Closed today").await;
    let Caller::Member(member) = &nurse else { panic!() };
    let made = revision::Entity::find()
        .filter(revision::Column::PostId.eq(post.id))
        .one(kit.app.db().read())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(made.made_by, Some(member.account));
    assert_eq!(acts(&kit).await.len(), before);
}

#[tokio::test]
async fn the_chain_is_counted_and_the_database_keeps_it_as_it_is() {
    let kit = Kit::new().await;
    for name in ["ada", "bea", "cal"] {
        kit.account(name, Role::Member).await;
    }
    let chain = kit.app.audit().verify(&operator()).await.unwrap();
    assert_eq!(chain, Chain { length: 3, broken_at: None });
    let tx = kit.app.begin().await.unwrap();
    let changed = audit::Entity::update_many()
        .col_expr(audit::Column::Who, Expr::value("nobody"))
        .exec(tx.conn())
        .await;
    assert!(changed.is_err(), "a row of the audit was changed");
    drop(tx);
    let tx = kit.app.begin().await.unwrap();
    assert!(audit::Entity::delete_many().exec(tx.conn()).await.is_err());
    drop(tx);
    assert_eq!(audit::Entity::find().count(kit.app.db().read()).await.unwrap(), 3);
}

#[tokio::test]
async fn acts_at_the_same_time_make_one_chain() {
    let kit = Kit::new().await;
    let hosts: Vec<String> = (0..12).map(|n| format!("h{n}.example")).collect();
    let operator = operator();
    let peers = kit.app.peers();
    let deciding = hosts.iter().map(|host| peers.limit(&operator, host));
    for done in futures_util::future::join_all(deciding).await {
        done.unwrap();
    }
    let chain = kit.app.audit().verify(&operator).await.unwrap();
    assert_eq!(chain, Chain { length: 12, broken_at: None });
}

#[tokio::test]
async fn the_audit_is_for_who_runs_the_instance() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Moderator).await;
    assert!(matches!(kit.app.audit().list(&nurse, None, 9).await, Err(Error::Denied(_))));
    assert!(matches!(kit.app.audit().verify(&Caller::Visitor).await, Err(Error::Denied(_))));
}

/// What was deleted is in no table any more, whatever carried it.
#[tokio::test]
async fn of_a_deleted_post_no_word_is_left_anywhere() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let fan = crate::stranger::settle_in(&kit, "v.example", "ann");
    let actor = kit.app.actors().find_local("nurse").await.unwrap().uri;
    crate::stranger::say(&kit, &crate::stranger::follow(1, &actor)).await;
    let post = kit.post(&nurse, "nurse", "the secret word is xylophone #xylotag").await;
    let edit = EditPost {
        post: post.id,
        text: "still xylophone".to_owned(),
        lang: None,
        warning: Some("xylophone".to_owned()),
        pictures: None,
    };
    kit.app.posts().edit(&nurse, edit).await.unwrap();
    kit.app.posts().delete(&nurse, post.id).await.unwrap();
    kit.settle().await;

    let all = rows(kit.app.db()).await;
    for (table, rows) in &all {
        assert!(!rows.iter().any(|row| row.contains("xylophone")), "{table} still has it");
    }
    assert!(all["post_hashtag"].is_empty());
    let gone = kit.app.posts().find(&Caller::Visitor, &PostRef::Id(post.id)).await.unwrap();
    assert!(gone.deleted);
    // What was never sent is not sent now; that it is gone is.
    let sent: Vec<String> = kit.remote.sent().into_iter().map(|(_, body)| body).collect();
    assert!(!sent.iter().any(|body| body.contains("xylophone")), "{fan} heard it after all");
    assert!(sent.iter().any(|body| body.contains("Tombstone")));
}
