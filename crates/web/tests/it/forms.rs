//! Forms: who may send them, and what comes back when something is wrong.

use axum::http::StatusCode;
use carefolk_domain::{Role, TeamRole};
use carefolk_testkit::{Kit, PASSWORD};

use crate::browser::Browser;

/// Every address that takes a form. A new one is added here or [`the_list_is_whole`] fails.
const FORMS: [&str; 32] = [
    "/@sam/x/reply",
    "/@sam/x/like",
    "/@sam/x/vote",
    "/@sam/x/edit",
    "/@sam/x/delete",
    "/@sam/x/remove",
    "/@sam/x/report",
    "/@sam/x/restore",
    "/@sam/x/order",
    "/write",
    "/providers/new",
    "/groups/new",
    "/groups/table/join",
    "/groups/table/leave",
    "/groups/table/begin",
    "/groups/table/waiting",
    "/groups/table/reports",
    "/reports",
    "/groups/table/members",
    "/groups/table/change",
    "/team/bridge/add",
    "/team/bridge/profile",
    "/team/bridge/remove",
    "/follow/bridge",
    "/updates",
    "/you/profile",
    "/you/follow",
    "/you/unfollow",
    "/sign-in",
    "/sign-out",
    "/setup",
    "/reading",
];

#[test]
fn the_list_is_whole() {
    let routes = include_str!("../../src/routes.rs");
    assert_eq!(routes.matches("post(").count(), FORMS.len(), "a form without a test (S-133)");
}

#[tokio::test]
async fn no_form_is_taken_without_the_token_of_this_browser() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Admin).await;
    kit.account("eve", Role::Member).await;
    let mut eve = Browser::signed_in(&kit, "eve").await;
    let theirs = eve.get("/write").await.token();
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let mine = sam.get("/write").await.token();
    for path in FORMS {
        for prefix in ["", "/cy"] {
            let path = format!("{prefix}{path}");
            for token in ["", "x", &theirs] {
                let answer = sam.post(&path, token, &[("text", "hello")]).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {token}");
            }
            for (name, value) in [
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
                ("origin", "https://e.example"),
                ("content-type", "text/plain"),
            ] {
                let form = "application/x-www-form-urlencoded";
                let kind = if name == "content-type" { value } else { form };
                let mut headers = vec![("content-type", kind)];
                if name != "content-type" {
                    headers.push((name, value));
                }
                let body = format!("csrf={mine}&text=hello");
                let answer = sam.send("POST", &path, &headers, body).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {name}: {value}");
            }
        }
    }
}

#[tokio::test]
async fn a_visitor_cannot_be_made_to_send_a_form_either() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Member).await;
    let mut visitor = Browser::new(&kit);
    let fields = [("name", "sam"), ("password", PASSWORD)];
    let answer = visitor.post("/sign-in", "", &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let mut other = Browser::new(&kit);
    other.get("/reading").await;
    let theirs = Browser::new(&kit).get("/sign-in").await.token();
    visitor.set_cookie("__Host-carefolk-form", "something-else");
    let answer = visitor.post("/sign-in", &theirs, &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn nothing_is_changed_by_looking_at_an_address() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    let post = kit.post(&sam, "sam", "still here").await;
    let mut browser = Browser::signed_in(&kit, "sam").await;
    for path in [format!("{}/delete", post.page), "/sign-out".to_owned(), "/you/follow".to_owned()]
    {
        browser.get(&path).await;
    }
    let answer = browser.get(&post.page).await;
    assert!(answer.body.contains("still here") && answer.body.contains("Sign out"));
}

#[tokio::test]
async fn a_wrong_form_comes_back_with_a_summary_and_the_persons_words() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Member).await;
    let mut browser = Browser::signed_in(&kit, "sam").await;
    let long = "x".repeat(301);
    let fields =
        [("text", ""), ("audience", "local"), ("title", &long), ("warning", "Loss & <grief>")];
    let answer = browser.submit("/write", "/write", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.body;
    assert!(page.contains("<title>Error: Write a post - Alderbrook</title>"));
    assert!(page.contains("<a href=\"#text\">Write something first</a>"));
    assert!(page.contains("<a href=\"#title\">Make the title shorter: 300 characters at most</a>"));
    assert!(
        page.contains("id=\"text\"") && page.contains("aria-describedby=\"text-hint text-error\"")
    );
    assert!(page.contains(&long), "the title is kept");
    assert!(
        page.contains("Loss &#38; &lt;grief&gt;") || page.contains("Loss &#38; &#60;grief&#62;")
    );
    assert!(page.contains("value=\"local\" checked"), "the choice is kept");
    assert!(page.contains("<details open>"), "what is wrong is not folded away");
}

#[tokio::test]
async fn all_who_can_be_chosen_to_see_a_post_stand_in_one_group() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Member).await;
    let page = Browser::signed_in(&kit, "sam").await.get("/write").await.body;
    let groups: Vec<&str> =
        page.split("<fieldset").filter(|group| group.contains("name=\"audience\"")).collect();
    assert_eq!(groups.len(), 1, "the keyboard goes through one name as through one thing");
    let group = groups.first().and_then(|group| group.split("</fieldset>").next()).unwrap();
    for word in ["public", "local", "quiet", "followers"] {
        let button = format!("name=\"audience\" value=\"{word}\"");
        assert!(group.contains(&button), "{word}: {group}");
    }
}

#[tokio::test]
async fn a_wrong_answer_is_said_at_its_question_and_the_summary_has_the_focus() {
    let kit = Kit::new().await;
    let maya = kit.account("maya", Role::Member).await;
    kit.provider("bridge", "maya").await;
    let post = kit.post(&maya, "bridge", "Open on Friday").await;
    let mut browser = Browser::signed_in(&kit, "maya").await;
    let reply = format!("{}/reply", post.page);
    let fields = [("author", "nobody_at_all"), ("text", "See you there")];
    let list = browser.submit(&post.page, &reply, &fields).await;
    let buttons = browser.submit("/write", "/write", &[("text", "no audience")]).await;
    for (answer, field) in [(list, "author"), (buttons, "audience")] {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}");
        let said = format!("<p class=\"wrong\" id=\"{field}-error\">");
        let marked = format!("aria-describedby=\"{field}-error\" aria-invalid=\"true\"");
        let link = format!("<a href=\"#{field}\">");
        for part in [&said, &marked, &link] {
            assert!(answer.body.contains(part.as_str()), "{part}: {}", answer.body);
        }
        assert!(
            answer.body.contains(
                "role=\"alert\" aria-labelledby=\"errors-title\" tabindex=\"-1\" autofocus"
            )
        );
    }
}

#[tokio::test]
async fn words_are_not_lost_with_the_session() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Member).await;
    let mut browser = Browser::signed_in(&kit, "sam").await;
    let token = browser.get("/write").await.token();
    kit.clock.advance(carefolk_domain::Span::days(40));
    let fields = [("text", "half an hour of writing"), ("audience", "public")];
    let answer = browser.post("/write", &token, &fields).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.body.contains("half an hour of writing"));
    assert!(answer.body.contains("href=\"/sign-in\""));
}

#[tokio::test]
async fn a_provider_is_written_for_by_its_team_and_by_nobody_else() {
    let kit = Kit::new().await;
    kit.account("maya", Role::Member).await;
    kit.account("sam", Role::Member).await;
    kit.provider("bridge", "maya").await;
    let fields = [("author", "bridge"), ("text", "Open on Friday"), ("audience", "public")];
    let mut maya = Browser::signed_in(&kit, "maya").await;
    assert!(maya.get("/write?as=bridge").await.body.contains("value=\"bridge\" checked"));
    let answer = maya.submit("/write", "/write", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(
        answer.location().starts_with("/@bridge/")
            && answer.location().ends_with("?said=published")
    );
    let mut sam = Browser::signed_in(&kit, "sam").await;
    assert!(!sam.get("/write").await.body.contains("bridge"));
    let answer = sam.submit("/write", "/write", &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("Open on Friday"), "the words are kept");
}

#[tokio::test]
async fn a_team_is_changed_by_its_lead_and_keeps_one() {
    let kit = Kit::new().await;
    kit.account("maya", Role::Member).await;
    kit.account("sam", Role::Member).await;
    kit.provider("bridge", "maya").await;
    let mut maya = Browser::signed_in(&kit, "maya").await;
    let answer = maya
        .submit("/team/bridge", "/team/bridge/add", &[("handle", "nobody"), ("role", "author")])
        .await;
    assert!(
        answer.body.contains("Nobody here has this short name") && answer.body.contains("nobody")
    );
    let fields = [("handle", " "), ("role", "author")];
    let answer = maya.submit("/team/bridge", "/team/bridge/add", &fields).await;
    assert!(answer.body.contains("<a href=\"#handle\">Enter a short name</a>"));
    let answer = maya
        .submit("/team/bridge", "/team/bridge/add", &[("handle", "@sam"), ("role", "author")])
        .await;
    assert_eq!(answer.location(), "/team/bridge?said=team-added");
    let answer = maya.submit("/team/bridge", "/team/bridge/remove", &[("handle", "maya")]).await;
    assert!(answer.body.contains("A team needs at least one lead"));
    let mut sam = Browser::signed_in(&kit, "sam").await;
    assert!(!sam.get("/team/bridge").await.body.contains("Add someone"));
    let answer = sam.submit("/write", "/team/bridge/remove", &[("handle", "maya")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let team = kit.app.providers().team(&carefolk_testkit::operator(), "bridge").await.unwrap();
    assert_eq!(
        team.iter().map(|m| m.role).collect::<Vec<_>>(),
        [TeamRole::Owner, TeamRole::Author]
    );
}

#[tokio::test]
async fn the_follow_box_leads_to_the_other_site_by_a_link() {
    let kit = Kit::new().await;
    kit.account("maya", Role::Member).await;
    let bridge = kit.provider("bridge", "maya").await;
    kit.remote.finger("ann@social.example", "https://social.example/users/ann");
    let mut visitor = Browser::new(&kit);
    let address = [("address", "@ann@social.example")];
    let answer = visitor.submit("/@bridge", "/follow/bridge", &address).await;
    assert_eq!(answer.status, StatusCode::OK);
    let uri: String = url::form_urlencoded::byte_serialize(bridge.uri.as_bytes()).collect();
    let link = format!("https://social.example/authorize_interaction?uri={uri}");
    assert!(answer.body.contains(&link), "{}", answer.body);
    let copied = "<label for=\"copy\">Address to copy</label><input id=\"copy\" class=\"copy\" \
        type=\"text\" value=\"@bridge@care.example\" readonly";
    assert!(answer.body.contains(copied), "without a mouse: {}", answer.body);
    assert!(visitor.get("/@bridge").await.body.contains(copied));
    for (sent, said) in [
        ("", "Enter an address"),
        ("ann", "Enter an address like"),
        ("bob@social.example", "We cannot find anyone with this address"),
        ("maya@care.example", "That address is from this community"),
    ] {
        let answer = visitor.submit("/@bridge", "/follow/bridge", &[("address", sent)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{sent}");
        assert!(
            answer.body.contains(said) && answer.body.contains(&format!("value=\"{sent}\"")),
            "{sent}"
        );
    }
}

#[tokio::test]
async fn who_was_signed_out_meanwhile_sees_the_words_they_typed() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Member).await;
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let answer = sam.post("/write", "an old token", &[("text", "half an hour of work")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(answer.body.contains("half an hour of work"), "{}", answer.body);
    // What another site sends is not repeated.
    let form = ("content-type", "application/x-www-form-urlencoded");
    let headers = [form, ("origin", "https://e.example")];
    let sent = sam.send("POST", "/write", &headers, "text=buy+this".to_owned()).await;
    assert!(!sent.body.contains("buy this"), "{}", sent.body);
}
