//! Cookies, caches and where browsers are sent (S-134 to S-137, S-147, S-196).

use axum::http::StatusCode;
use carefolk_app::FederationMode;
use carefolk_domain::Role;
use carefolk_testkit::{Kit, KitOptions, PASSWORD};

use crate::browser::Browser;

fn header<'a>(answer: &'a crate::browser::Answer, name: &str) -> &'a str {
    answer.headers.get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn reading_sets_no_cookie() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    let post = kit.post(&sam, "sam", "hello").await;
    let mut visitor = Browser::new(&kit);
    for path in ["/", "/providers", "/help", "/cy", &post.page, "/nothing-here"] {
        let answer = visitor.get(path).await;
        assert!(answer.cookies().is_empty(), "{path}: {:?}", answer.cookies());
        assert_eq!(header(&answer, "cache-control"), "no-cache", "{path}");
        assert!(header(&answer, "vary").contains("Cookie"), "{path}");
    }
}

#[tokio::test]
async fn the_session_cookie_is_bound_to_this_host_and_new_each_time() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Member).await;
    let mut browser = Browser::new(&kit);
    browser.set_cookie("__Host-carefolk", "planted");
    let fields = [("name", "sam"), ("password", PASSWORD)];
    let answer = browser.submit("/sign-in", "/sign-in", &fields).await;
    let cookies = answer.cookies().join("\n");
    assert!(cookies.contains("__Host-carefolk=") && cookies.contains("; Secure"));
    assert!(cookies.contains("HttpOnly; SameSite=Lax") && !cookies.contains("Domain"));
    let first = browser.cookie("__Host-carefolk").unwrap().clone();
    assert_ne!(first, "planted");
    assert!(browser.cookie("__Host-carefolk-form").is_none(), "the form cookie is gone");
}

#[tokio::test]
async fn signing_out_ends_the_session_here_and_leaves_nothing_to_go_back_to() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Member).await;
    let mut browser = Browser::signed_in(&kit, "sam").await;
    let token = browser.cookie("__Host-carefolk").unwrap().clone();
    let page = browser.get("/you").await;
    assert_eq!(header(&page, "cache-control"), "no-store");
    let answer = browser.submit("/you", "/sign-out", &[]).await;
    assert_eq!(answer.location(), "/?said=signed-out");
    assert!(header(&answer, "clear-site-data").contains("cache"));
    let mut thief = Browser::new(&kit);
    thief.set_cookie("__Host-carefolk", &token);
    assert_eq!(thief.get("/you").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn on_plain_http_cookies_drop_their_prefix() {
    let options = KitOptions { base_url: None, mode: FederationMode::Off, ..KitOptions::default() };
    let kit = Kit::with(options).await;
    let answer = Browser::new(&kit).get("/sign-in").await;
    let cookies = answer.cookies().join("\n");
    assert!(cookies.starts_with("carefolk-form=") && !cookies.contains("Secure"), "{cookies}");
}

#[tokio::test]
async fn whoever_signs_in_is_sent_to_a_page_of_ours_only() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Member).await;
    for (next, to) in [
        ("/write?as=bridge", "/write?as=bridge"),
        ("//e.example", "/"),
        ("/\\e.example", "/"),
        ("/%2F%2Fe.example", "/"),
        ("https:e", "/"),
        ("https://e.example/", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
    ] {
        let mut browser = Browser::new(&kit);
        let fields = [("name", "sam"), ("password", PASSWORD), ("next", next)];
        let answer = browser.submit("/sign-in", "/sign-in", &fields).await;
        assert_eq!(answer.location(), to, "{next:?}");
    }
}

#[tokio::test]
async fn a_page_for_members_sends_visitors_to_sign_in_and_back() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Member).await;
    let mut browser = Browser::new(&kit);
    let answer = browser.get("/cy/write?as=bridge").await;
    assert_eq!(answer.location(), "/cy/sign-in?next=%2Fwrite%3Fas%3Dbridge");
    let page = browser.get(answer.location()).await;
    assert!(page.body.contains("name=\"next\" value=\"/write?as=bridge\""));
}

#[tokio::test]
async fn wrong_passwords_all_get_the_same_answer() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Member).await;
    let mut said = Vec::new();
    for name in ["sam", "nobody", "sam@mail.example"] {
        let fields = [("name", name), ("password", "not the password")];
        let mut browser = Browser::new(&kit);
        let answer = browser.submit("/sign-in", "/sign-in", &fields).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(!answer.body.contains("not the password"), "a password is never sent back");
        let summary = answer.body.split("errors-title").nth(2).unwrap();
        said.push(summary.split("</div>").next().unwrap().to_owned());
    }
    assert!(said.iter().all(|words| *words == said[0]));
}

#[tokio::test]
async fn the_set_up_link_works_once() {
    let kit = Kit::new().await;
    let token = kit.app.instance().mint_setup_token().await.unwrap();
    let link = format!("/setup?token={token}");
    let mut browser = Browser::new(&kit);
    assert_eq!(browser.get("/setup").await.status, StatusCode::FORBIDDEN);
    assert_eq!(browser.get("/setup?token=wrong").await.status, StatusCode::FORBIDDEN);
    let mut fields = vec![
        ("token", token.as_str()),
        ("instance_name", "Alderbrook Care Community"),
        ("name", "Ann"),
        ("handle", "admin"),
        ("email", "ann@mail.example"),
        ("password", "three unrelated words"),
    ];
    let answer = browser.submit(&link, "/setup", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.body.contains("kept for the site itself"));
    assert!(answer.body.contains("value=\"ann@mail.example\""), "the words are kept");
    assert!(!answer.body.contains("three unrelated words"), "the password is not sent back");
    fields[3].1 = "ann";
    let answer = browser.submit(&link, "/setup", &fields).await;
    assert_eq!(answer.location(), "/?said=set-up");
    let home = browser.get("/?said=set-up").await;
    assert!(home.body.contains("Alderbrook Care Community") && home.body.contains("Sign out"));
    assert_eq!(Browser::new(&kit).get(&link).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_files_of_pages_may_be_kept_for_ever() {
    let kit = Kit::new().await;
    let mut visitor = Browser::new(&kit);
    let home = visitor.get("/").await;
    for path in home.body.split('"').filter(|part| part.starts_with("/assets/")) {
        let answer = visitor.get(path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(header(&answer, "cache-control").contains("immutable"), "{path}");
    }
    let answer = visitor.get("/assets/0000000000000000-carefolk.css").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}
