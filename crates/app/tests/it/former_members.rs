//! Who was in a closed or private group and is not any more.

use carefolk_app::groups::NewGroup;
use carefolk_app::posts::{EditPost, NewPost, PostRef};
use carefolk_app::{Caller, Error};
use carefolk_domain::{Denial, GroupKind, GroupRole};
use carefolk_store::entity::notification;
use carefolk_testkit::{Kit, operator};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

use crate::closed_groups::{answer, is_unknown, reads, scene};
use crate::grouping::{begin, home, table};

#[tokio::test]
async fn s_172_who_leaves_or_is_turned_away_sees_nothing_from_then_on() {
    for kind in [GroupKind::Closed, GroupKind::Private] {
        let (kit, mo, sam, _bob) = scene(kind).await;
        let post = begin(&kit, &mo, "mo", "Who is awake?").await.unwrap();
        let own = begin(&kit, &sam, "sam", "I am").await.unwrap();
        let groups = kit.app.groups();
        let leave = || groups.leave(&sam, "sam", "table");
        let out = || groups.turn_away(&mo, "table", "sam");
        let ban = || groups.appoint(&mo, "table", "sam", GroupRole::Banned);
        for end in 0..3 {
            assert!(reads(&kit, &sam, &post).await, "{kind:?} {end}");
            assert_eq!(home(&kit, &sam).await.len(), 2, "{kind:?} {end}");
            match end {
                0 => leave().await.unwrap(),
                1 => out().await.unwrap(),
                _ => ban().await.unwrap(),
            }
            assert!(!reads(&kit, &sam, &post).await, "{kind:?} {end}");
            // One's own words one finds, and may take away, and put no others in their place.
            assert_eq!(home(&kit, &sam).await, ["I am"], "{kind:?} {end}");
            assert!(reads(&kit, &sam, &own).await);
            let text = "Listen".to_owned();
            let edit = EditPost { post: own.id, text, warning: None, lang: None, pictures: None };
            let edited = kit.app.posts().edit(&sam, edit).await;
            assert!(matches!(edited, Err(Error::Denied(Denial::GroupMembers))), "{edited:?}");
            let answered = answer(&kit, &sam, "sam", &own).await;
            assert!(matches!(answered, Err(Error::Denied(_))), "{answered:?}");
            if end < 2 {
                groups.invite(&mo, "table", "sam").await.unwrap();
                groups.join(&sam, "sam", "table").await.unwrap();
            }
        }
        let again = groups.join(&sam, "sam", "table").await;
        match kind {
            GroupKind::Private => assert!(is_unknown(again)),
            _ => assert!(matches!(again, Err(Error::Denied(Denial::GroupBanned)))),
        }
        groups.leave(&sam, "sam", "table").await.ok();
        let invited = groups.invite(&mo, "table", "sam").await;
        assert!(matches!(invited, Err(Error::Conflict(_))), "leaving ends no ban: {invited:?}");
        groups.appoint(&mo, "table", "sam", GroupRole::Member).await.unwrap();
        assert!(!reads(&kit, &sam, &post).await, "a lifted ban lets nobody in");
        groups.invite(&mo, "table", "sam").await.unwrap();
        kit.app.posts().delete(&sam, own.id).await.unwrap();
        kit.keeps_its_rules().await;
    }
}

#[tokio::test]
async fn who_left_learns_nothing_more_from_their_own_words() {
    let (kit, mo, sam, _bob) = scene(GroupKind::Private).await;
    let poll = carefolk_app::posts::NewPoll {
        options: vec!["Tea".to_owned(), "Soup".to_owned()],
        multiple: false,
        open_for: None,
    };
    let new = NewPost {
        group: Some("table".to_owned()),
        poll: Some(poll),
        ..Kit::words("sam", "What is there?")
    };
    let own = kit.app.posts().publish(&sam, new).await.unwrap();
    let by = PostRef::Uri(own.uri.clone());
    let told = async || {
        let Caller::Member(sam) = &sam else { panic!() };
        let told =
            notification::Entity::find().filter(notification::Column::AccountId.eq(sam.account));
        told.count(kit.app.db().read()).await.unwrap()
    };
    answer(&kit, &mo, "mo", &own).await.unwrap();
    assert_eq!(told().await, 1);
    kit.app.groups().leave(&sam, "sam", "table").await.unwrap();
    assert_eq!(told().await, 0, "what was told there goes");
    answer(&kit, &mo, "mo", &own).await.unwrap();
    let like = carefolk_domain::ReactionKind::Like;
    kit.app.reactions().add(&mo, "mo", &by, like).await.unwrap();
    kit.app.posts().vote(&mo, "mo", &by, &[0]).await.unwrap();
    let seen = kit.app.posts().find(&sam, &by).await.unwrap();
    assert_eq!((seen.replies, seen.likes, told().await), (0, 0, 0));
    assert!(seen.poll.is_none() && seen.group.is_none());
    let seen = kit.app.posts().find(&mo, &by).await.unwrap();
    assert_eq!((seen.replies, seen.poll.unwrap().options[0].votes), (2, 1));
    // A provider of somebody inside is not inside.
    kit.provider("bakery", "mo").await;
    let liked = kit.app.reactions().add(&mo, "bakery", &by, like).await;
    assert!(matches!(liked, Err(Error::NotFound("post"))), "{liked:?}");
}

#[tokio::test]
async fn a_group_keeps_somebody_who_keeps_order_and_a_ban_outlives_an_account() {
    let (kit, mo, _sam, _bob) = scene(GroupKind::Private).await;
    kit.app.profiles().close(&operator(), "molly").await.unwrap();
    let last = kit.app.profiles().close(&operator(), "mo").await;
    assert!(matches!(last, Err(Error::Conflict(_))), "{last:?}");
    assert_eq!(kit.app.groups().members(&mo, "table").await.unwrap().len(), 2);

    let open = NewGroup {
        handle: "open".to_owned(),
        moderators: vec!["mo".to_owned(), "sam".to_owned()],
        ..table()
    };
    let open = kit.app.groups().create(&operator(), open).await.unwrap();
    let ann = crate::stranger::settle_in(&kit, "v.example", "ann");
    crate::stranger::say(&kit, &crate::stranger::follow(1, &open.actor.unwrap().uri)).await;
    kit.app.groups().appoint(&mo, "open", "ann@v.example", GroupRole::Banned).await.unwrap();
    kit.remote.fail(&ann, carefolk_app::ports::PortError::Gone);
    let gone = serde_json::json!(ann);
    crate::stranger::say(&kit, &crate::stranger::act(1, "Delete", gone)).await;
    let banned = kit.app.groups().members(&mo, "open").await.unwrap();
    assert!(banned.iter().any(|member| member.role == GroupRole::Banned), "{banned:?}");
}
