//! Who sees what: each audience against each kind of viewer, in every list.

use carefolk_app::posts::{NewPost, PostRef};
use carefolk_app::{Caller, Page};
use carefolk_domain::{Address, Audience, Role};
use carefolk_testkit::{Kit, operator};

#[tokio::test]
async fn each_audience_sees_what_is_for_it_and_nothing_else() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let fan = kit.account("fan", Role::Member).await;
    let guest = kit.account("guest", Role::Member).await;
    let address = Address::parse("nurse@care.example").unwrap();
    kit.app.follows().follow(&fan, "fan", &address).await.unwrap();

    let expected = [
        (Audience::Public, true, true, true),
        (Audience::Quiet, true, true, true),
        (Audience::Local, false, true, true),
        (Audience::Followers, false, false, true),
    ];
    for (audience, visitor, member, follower) in expected {
        let new = NewPost { audience, ..Kit::words("nurse", "hello") };
        let post = kit.app.posts().publish(&nurse, new).await.unwrap();
        let sees = async |viewer: &Caller| {
            let found = kit.app.posts().find(viewer, &PostRef::Id(post.id)).await.is_ok();
            let listed = kit.app.timelines().profile(viewer, post.author.id, Page::first(50)).await;
            let listed = listed.unwrap().posts.iter().any(|p| p.id == post.id);
            assert_eq!(found, listed, "{audience:?}: page and list disagree");
            found
        };
        assert_eq!(sees(&Caller::Visitor).await, visitor, "{audience:?} visitor");
        assert_eq!(sees(&guest).await, member, "{audience:?} member");
        assert_eq!(sees(&fan).await, follower, "{audience:?} follower");
        assert!(sees(&nurse).await, "{audience:?} author");
        let slug = post.page.rsplit('/').next().unwrap();
        let fetched = kit.app.posts().document(slug).await.is_ok();
        assert_eq!(fetched, visitor, "{audience:?}: an unsigned fetch sees what a visitor sees");
    }
}

#[tokio::test]
async fn a_visitor_sees_local_providers_and_whom_the_instance_follows() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    kit.post(&nurse, "hazelbank", "from a provider").await;
    kit.post(&nurse, "nurse", "from a person").await;
    let page = kit.app.timelines().public(&Caller::Visitor, Page::first(20)).await.unwrap();
    let texts: Vec<_> = page.posts.iter().map(|p| p.html.to_plain()).collect();
    assert_eq!(texts, ["from a provider"]);
}

#[tokio::test]
async fn a_home_holds_ones_own_posts_and_those_of_whom_one_follows() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let fan = kit.account("fan", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    kit.post(&nurse, "hazelbank", "before").await;
    kit.post(&nurse, "nurse", "not followed").await;
    let address = Address::parse("hazelbank@care.example").unwrap();
    kit.app.follows().follow(&fan, "fan", &address).await.unwrap();
    kit.post(&nurse, "hazelbank", "after").await;
    kit.post(&fan, "fan", "my own").await;

    let Caller::Member(member) = &fan else { panic!() };
    let texts = async || {
        let home = kit.app.timelines().home(member, Page::first(20)).await.unwrap();
        home.posts.iter().map(|p| p.html.to_plain()).collect::<Vec<_>>()
    };
    assert_eq!(texts().await, ["my own", "after", "before"]);
    kit.app.follows().unfollow(&fan, "fan", &address).await.unwrap();
    assert_eq!(texts().await, ["my own"]);
}

#[tokio::test]
async fn pages_follow_each_other_without_a_gap_or_a_repeat() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    for n in 0..7 {
        kit.post(&nurse, "hazelbank", &format!("post {n}")).await;
    }
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = Page::after(cursor.as_deref(), 3);
        let page = kit.app.timelines().public(&Caller::Visitor, page).await.unwrap();
        seen.extend(page.posts.iter().map(|p| p.html.to_plain()));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let expected: Vec<_> = (0..7).rev().map(|n| format!("post {n}")).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn nothing_of_a_suspended_account_is_shown() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let post = kit.post(&nurse, "nurse", "hello").await;
    kit.app.accounts().suspend(&operator(), "nurse").await.unwrap();
    assert!(kit.app.posts().find(&Caller::Visitor, &PostRef::Id(post.id)).await.is_err());
    let slug = post.page.rsplit('/').next().unwrap();
    assert!(kit.app.posts().document(slug).await.is_err());
    assert!(kit.app.actors().find_local("nurse").await.is_err());
}
