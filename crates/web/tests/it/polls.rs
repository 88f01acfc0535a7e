//! Polls on pages, and the form to vote.

use axum::http::StatusCode;
use carefolk_app::posts::{NewPoll, NewPost, PostView};
use carefolk_domain::{Role, Span};
use carefolk_testkit::Kit;

use crate::browser::Browser;

/// Maya asks for a provider; Sam and Ann read it.
async fn asked(multiple: bool) -> (Kit, PostView) {
    let kit = Kit::new().await;
    let maya = kit.account("maya", Role::Member).await;
    kit.account("sam", Role::Member).await;
    kit.account("ann", Role::Member).await;
    kit.provider("bridge", "maya").await;
    let options = ["Soup", "Pie <b>", "Salad"].map(str::to_owned).to_vec();
    let poll = Some(NewPoll { options, multiple, open_for: Some(Span::hours(2)) });
    let new = NewPost { poll, ..Kit::words("bridge", "What shall we cook?") };
    let post = kit.app.posts().publish(&maya, new).await.unwrap();
    (kit, post)
}

#[tokio::test]
async fn a_member_votes_and_sees_the_result_in_words() {
    let (kit, post) = asked(false).await;
    let vote = format!("{}/vote", post.page);
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let page = sam.get(&post.page).await.body;
    assert!(page.contains("<legend>Choose one answer</legend>"), "{page}");
    assert!(page.contains("<input type=\"radio\" id=\"choice-1\" name=\"choice\" value=\"1\">"));
    assert!(page.contains("<label for=\"choice-1\"") && page.contains("Pie &#60;b&#62;"), "{page}");
    assert!(page.contains("Nobody has voted. Voting closes today at 11am."), "{page}");

    let none = sam.submit(&post.page, &vote, &[]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.body.contains("href=\"#choice\"") && none.body.contains("Choose an answer"));
    let marked = "aria-describedby=\"choice-error\" aria-invalid=\"true\">";
    assert!(none.body.contains(&format!("role=\"radiogroup\" {marked}")), "{}", none.body);
    let odd = sam.submit(&post.page, &vote, &[("choice", "soup")]).await;
    assert_eq!(odd.status, StatusCode::UNPROCESSABLE_ENTITY);
    let forged = sam.post(&vote, "forged", &[("choice", "0")]).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);

    let done = sam.submit(&post.page, &vote, &[("choice", "1")]).await;
    assert!(done.location().contains("said=voted"), "{}", done.location());
    let page = sam.get(&post.page).await.body;
    assert!(page.contains("1 vote, 100 percent. <strong>You chose this.</strong>"), "{page}");
    assert!(page.contains("1 has voted.") && page.contains("You have voted."));
    assert!(!page.contains("name=\"choice\""), "one votes once");

    let mut ann = Browser::signed_in(&kit, "ann").await;
    let page = ann.get(&post.page).await.body;
    assert!(page.contains("1 vote, 100 percent.") && !page.contains("You chose this"));
    let page = Browser::new(&kit).get(&format!("/cy{}", post.page)).await.body;
    assert!(page.contains("Mae 1 wedi pleidleisio.") && !page.contains("name=\"choice\""));
    kit.clock.advance(Span::hours(2));
    let page = ann.get(&post.page).await.body;
    assert!(page.contains("Voting is closed.") && !page.contains("name=\"choice\""));
}

#[tokio::test]
async fn where_several_may_be_chosen_there_are_boxes_to_tick() {
    let (kit, post) = asked(true).await;
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let page = sam.get(&post.page).await.body;
    assert!(page.contains("Choose one or more answers") && page.contains("type=\"checkbox\""));
    let none = sam.submit(&post.page, &format!("{}/vote", post.page), &[]).await;
    let marked = "aria-describedby=\"choice-error\" aria-invalid=\"true\">";
    let boxes = none.body.matches(marked).count();
    assert_eq!(boxes, 3, "a group of boxes cannot be marked, each box can: {}", none.body);
    let fields = [("choice", "0"), ("choice", "2")];
    sam.submit(&post.page, &format!("{}/vote", post.page), &fields).await;
    let page = sam.get(&post.page).await.body;
    assert_eq!(page.matches("1 vote, 100 percent.").count(), 2, "{page}");
    let list = sam.get("/@bridge").await.body;
    assert!(list.contains("You chose this."), "a list shows the poll as well: {list}");
}
