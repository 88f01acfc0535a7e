//! The first minutes of an instance, and its address.

use carefolk_app::instance::SetUp;
use carefolk_app::{Caller, Error};
use carefolk_domain::{Denial, Role};
use carefolk_testkit::{Kit, KitOptions, PASSWORD, fresh, operator};

fn set_up(handle: &str) -> SetUp {
    SetUp {
        instance_name: "Alderbrook Care".to_owned(),
        name: "Sam".to_owned(),
        handle: handle.to_owned(),
        email: "sam@mail.example".to_owned(),
        password: PASSWORD.to_owned(),
        user_agent: "test".to_owned(),
    }
}

#[tokio::test]
async fn the_set_up_link_makes_one_admin_and_is_useless_after() {
    let kit = Kit::new().await;
    let instance = kit.app.instance();
    let old = instance.mint_setup_token().await.unwrap();
    let token = instance.mint_setup_token().await.unwrap();
    for wrong in [old.as_str(), "", "used"] {
        let refused = instance.finish_setup(wrong, set_up("sam")).await;
        assert!(matches!(refused, Err(Error::Denied(Denial::SetupToken))), "{wrong}");
    }
    let session = instance.finish_setup(&token, set_up("sam")).await.unwrap();
    let member = kit.app.accounts().session(&session).await.unwrap().unwrap();
    assert_eq!(member.role, Role::Admin);
    assert_eq!(instance.name().await.unwrap(), "Alderbrook Care");
    let again = instance.finish_setup(&token, set_up("eve")).await;
    assert!(matches!(again, Err(Error::Denied(Denial::SetupToken))));
    assert!(instance.mint_setup_token().await.is_err());
}

#[tokio::test]
async fn the_first_address_is_kept_and_another_one_later_is_refused() {
    let at = |url: Option<&str>| KitOptions {
        base_url: url.map(str::to_owned),
        ..KitOptions::default()
    };
    let kit = Kit::on(fresh().await, at(None)).await;
    kit.app.prepare().await.unwrap();
    let nurse = kit.account("nurse", Role::Member).await;
    let post = kit.post(&nurse, "nurse", "before we had an address").await;
    kit.settle().await;
    assert!(kit.remote.sent().is_empty());

    let Kit { database, app, .. } = kit;
    drop(app);
    let kit = Kit::on(database, at(Some("https://care.example"))).await;
    kit.app.prepare().await.unwrap();
    let by = carefolk_app::posts::PostRef::Id(post.id);
    let moved = kit.app.posts().find(&Caller::Visitor, &by).await.unwrap();
    assert!(moved.uri.starts_with("https://care.example/ap/post/"), "{}", moved.uri);
    assert!(moved.author.uri.starts_with("https://care.example/ap/actor/"));

    let Kit { database, app, .. } = kit;
    drop(app);
    let kit = Kit::on(database, at(Some("https://other.example"))).await;
    assert!(matches!(kit.app.prepare().await, Err(Error::Conflict(_))));
}

#[tokio::test]
async fn webfinger_knows_actors_the_instance_itself_and_nobody_else() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let actors = kit.app.actors();
    let uri = actors.find_local("nurse").await.unwrap().uri;
    for known in
        ["acct:nurse@care.example", "acct:Nurse@CARE.example", "https://care.example/@nurse", &uri]
    {
        assert_eq!(actors.webfinger(known).await.unwrap().subject, "acct:nurse@care.example");
    }
    let itself = actors.webfinger("https://care.example/").await.unwrap();
    assert_eq!(itself.subject, "acct:instance@care.example");
    for unknown in
        ["acct:nobody@care.example", "acct:nurse@e.example", "nurse", "https://e.example/@nurse"]
    {
        assert!(matches!(actors.webfinger(unknown).await, Err(Error::NotFound(_))), "{unknown}");
    }
    kit.app.accounts().suspend(&operator(), "nurse").await.unwrap();
    assert!(actors.webfinger("acct:nurse@care.example").await.is_err());
}
