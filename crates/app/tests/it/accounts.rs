//! Accounts and sessions.

use carefolk_app::Error;
use carefolk_app::accounts::{NewAccount, SessionToken};
use carefolk_app::providers::NewProvider;
use carefolk_domain::{Denial, Invalid, Role, Span, TeamRole};
use carefolk_store::entity::sign_in_try;
use carefolk_testkit::{Kit, PASSWORD, operator};
use sea_orm::EntityTrait;

fn new(handle: &str) -> NewAccount {
    NewAccount {
        handle: handle.to_owned(),
        name: String::new(),
        email: format!("{handle}@mail.example"),
        role: Role::Member,
        password: Some(PASSWORD.to_owned()),
    }
}

#[tokio::test]
async fn all_wrong_fields_of_an_account_are_named_at_once() {
    let kit = Kit::new().await;
    let bad = NewAccount {
        handle: "admin".to_owned(),
        email: "nowhere".to_owned(),
        password: Some("short".to_owned()),
        ..new("x")
    };
    let Err(Error::Invalid(wrong)) = kit.app.accounts().create(&operator(), bad).await else {
        panic!("it was made")
    };
    let fields: Vec<_> = wrong.iter().map(|w| (w.field, w.invalid)).collect();
    assert_eq!(
        fields,
        [
            ("handle", Invalid::Reserved),
            ("email", Invalid::Format),
            ("password", Invalid::TooShort(10))
        ]
    );
}

#[tokio::test]
async fn a_name_belongs_to_one_actor_of_any_kind() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    for (handle, email) in [("hazelbank", "a@mail.example"), ("Nurse", "b@mail.example")] {
        let again = NewAccount { email: email.to_owned(), ..new(handle) };
        let refused = kit.app.accounts().create(&operator(), again).await;
        let Err(Error::Invalid(wrong)) = refused else { panic!("{handle} was taken twice") };
        assert_eq!(wrong[0].invalid, Invalid::Taken);
    }
    let provider = NewProvider {
        handle: "nurse".to_owned(),
        name: "N".to_owned(),
        summary: String::new(),
        owner: "nurse".to_owned(),
    };
    assert!(kit.app.providers().create(&operator(), provider).await.is_err());
}

#[tokio::test]
async fn a_wrong_password_an_unknown_name_and_a_long_one_get_the_same_answer() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let long = "x".repeat(10_000);
    for (name, password) in [("nurse", "wrong password"), ("nobody", PASSWORD), ("nurse", &long)] {
        let refused = kit.app.accounts().sign_in(name, password, "test").await;
        assert!(matches!(refused, Err(Error::Denied(Denial::Credentials))));
    }
    assert!(kit.app.accounts().sign_in("NURSE@mail.example", PASSWORD, "test").await.is_ok());
}

#[tokio::test]
async fn ten_wrong_passwords_make_one_wait() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    for _ in 0..10 {
        let _wrong = kit.app.accounts().sign_in("nurse", "wrong password", "test").await;
    }
    let held = kit.app.accounts().sign_in("nurse", PASSWORD, "test").await;
    assert!(matches!(held, Err(Error::Throttled { .. })));
    kit.clock.advance(Span::minutes(16));
    assert!(kit.app.accounts().sign_in("nurse", PASSWORD, "test").await.is_ok());
}

#[tokio::test]
async fn tries_in_several_processes_are_counted_together() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let other = kit.beside().await;
    for n in 0..5 {
        for app in [&kit.app, &other] {
            let refused = app.accounts().sign_in("nurse", "wrong password", "test").await;
            assert!(matches!(refused, Err(Error::Denied(_))), "try {n}");
        }
    }
    for app in [&kit.app, &other] {
        let held = app.accounts().sign_in("nurse", PASSWORD, "test").await;
        assert!(matches!(held, Err(Error::Throttled { .. })));
    }
    let kept = async || {
        let rows = sign_in_try::Entity::find().all(kit.app.db().read()).await.unwrap();
        rows.into_iter().map(|row| row.tries).collect::<Vec<_>>()
    };
    // Whoever has to wait makes us write nothing, and what is over is not kept.
    assert_eq!(kept().await, [11]);
    kit.clock.advance(Span::minutes(16));
    kit.app.sweep().await.unwrap();
    assert!(kept().await.is_empty());
    assert!(other.accounts().sign_in("nurse", PASSWORD, "test").await.is_ok());
}

#[tokio::test]
async fn a_session_ends_by_signing_out_by_age_and_by_suspension() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let accounts = kit.app.accounts();
    let sign_in = async || accounts.sign_in("nurse", PASSWORD, "test").await.unwrap();
    let is_in = async |token: &SessionToken| accounts.session(token).await.unwrap().is_some();

    let token = sign_in().await;
    assert!(is_in(&token).await);
    accounts.sign_out(&token).await.unwrap();
    assert!(!is_in(&token).await);

    let token = sign_in().await;
    kit.clock.advance(Span::days(31));
    assert!(!is_in(&token).await);

    let token = sign_in().await;
    accounts.suspend(&operator(), "nurse").await.unwrap();
    assert!(!is_in(&token).await);
    let refused = accounts.sign_in("nurse", PASSWORD, "test").await;
    assert!(matches!(refused, Err(Error::Denied(Denial::Suspended | Denial::Credentials))));
}

#[tokio::test]
async fn a_team_is_never_without_an_owner() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    kit.account("kit", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    let providers = kit.app.providers();
    let alone = providers.remove_from_team(&nurse, "hazelbank", "nurse").await;
    assert!(matches!(alone, Err(Error::Conflict(_))), "{alone:?}");
    providers.add_to_team(&nurse, "hazelbank", "kit", TeamRole::Owner).await.unwrap();
    providers.remove_from_team(&nurse, "hazelbank", "nurse").await.unwrap();
    let seen = providers.team(&nurse, "hazelbank").await;
    assert!(seen.is_err(), "who left sees the team no more");
}

#[tokio::test]
async fn however_a_name_is_spelt_its_tries_are_counted_together() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let spellings = ["nurse", "@nurse", "@ nurse", "@\tnurse", " NURSE ", "nurse@mail.example"];
    for name in spellings.iter().cycle().take(10) {
        let _wrong = kit.app.accounts().sign_in(name, "wrong password", "test").await;
    }
    for name in spellings {
        let held = kit.app.accounts().sign_in(name, PASSWORD, "test").await;
        assert!(matches!(held, Err(Error::Throttled { .. })), "{name:?}");
    }
}

#[tokio::test]
async fn tries_at_the_same_time_are_counted_before_they_are_made() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let accounts = kit.app.accounts();
    let tries = (0..20).map(|_| accounts.sign_in("nurse", "wrong password", "test"));
    let held = futures_util::future::join_all(tries).await;
    let held = held.iter().filter(|tried| matches!(tried, Err(Error::Throttled { .. }))).count();
    assert_eq!(held, 10);
}

#[tokio::test]
async fn the_last_admin_stays_one() {
    let kit = Kit::new().await;
    kit.account("ada", Role::Admin).await;
    let accounts = kit.app.accounts();
    let operator = operator();
    assert!(matches!(accounts.suspend(&operator, "ada").await, Err(Error::Conflict(_))));
    let demoted = accounts.set_role(&operator, "ada", Role::Member).await;
    assert!(matches!(demoted, Err(Error::Conflict(_))));
    kit.account("bea", Role::Member).await;
    accounts.set_role(&operator, "bea", Role::Admin).await.unwrap();
    accounts.suspend(&operator, "ada").await.unwrap();
    assert!(matches!(accounts.suspend(&operator, "bea").await, Err(Error::Conflict(_))));
}

#[tokio::test]
async fn who_was_suspended_can_be_let_in_again_with_everything_they_wrote() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let post = kit.post(&nurse, "nurse", "hello").await;
    let accounts = kit.app.accounts();
    accounts.suspend(&operator(), "nurse").await.unwrap();
    accounts.restore(&operator(), "nurse").await.unwrap();
    assert!(accounts.sign_in("nurse", PASSWORD, "test").await.is_ok());
    let by = carefolk_app::posts::PostRef::Id(post.id);
    assert!(kit.app.posts().find(&carefolk_app::Caller::Visitor, &by).await.is_ok());
    assert!(matches!(accounts.restore(&operator(), "nurse").await, Err(Error::Conflict(_))));
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_and_the_old_one() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let accounts = kit.app.accounts();
    let token = accounts.sign_in("nurse", PASSWORD, "test").await.unwrap();
    accounts.set_password(&operator(), "nurse", "another long password").await.unwrap();
    assert!(accounts.session(&token).await.unwrap().is_none());
    assert!(accounts.sign_in("nurse", PASSWORD, "test").await.is_err());
    assert!(accounts.sign_in("nurse", "another long password", "test").await.is_ok());
    let short = accounts.set_password(&operator(), "nurse", "short").await;
    assert!(matches!(short, Err(Error::Invalid(_))));
}
