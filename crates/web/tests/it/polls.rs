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
    let new =
        NewPost { poll: Some(meals(multiple)), ..Kit::words("bridge", "What shall we cook?") };
    let post = kit.app.posts().publish(&maya, new).await.unwrap();
    (kit, post)
}

fn meals(multiple: bool) -> NewPoll {
    let options = ["Soup", "Pie <b>", "Salad"].map(str::to_owned).to_vec();
    NewPoll { options, multiple, open_for: Some(Span::hours(2)) }
}

/// The part of a page that is about the poll.
fn card(page: &str) -> &str {
    let (_, rest) = page.split_once("<article").expect("a post");
    rest.split("</article>").next().unwrap()
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
    assert!(page.contains("1 person has voted.") && page.contains("You have voted."));
    assert!(!page.contains("name=\"choice\""), "one votes once");

    let mut ann = Browser::signed_in(&kit, "ann").await;
    let page = ann.get(&post.page).await.body;
    assert!(page.contains("1 vote, 100 percent.") && !page.contains("You chose this"));
    let page = Browser::new(&kit).get(&format!("/cy{}", post.page)).await.body;
    assert!(page.contains("Mae 1 person wedi pleidleisio.") && !page.contains("name=\"choice\""));
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

#[tokio::test]
async fn one_votes_before_one_is_told_the_results_and_both_say_what_they_are() {
    let (kit, post) = asked(false).await;
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let results = format!("<h2 id=\"results-{}\">Results so far</h2>", post.id);
    let list = format!("<div role=\"group\" aria-labelledby=\"results-{}\"><ul", post.id);
    let page = sam.get(&post.page).await.body;
    let places: Vec<usize> = ["<span>Poll</span>", "type=\"radio\"", &results, &list]
        .map(|part| page.find(part).expect(part))
        .into();
    assert!(places.is_sorted(), "{places:?}: {page}");
    assert!(page.contains("<p>This page does not show who chose what.</p>"));
    assert!(page.contains("<p>You cannot change your vote.</p>"));
    kit.clock.advance(Span::hours(2));
    let page = sam.get(&post.page).await.body;
    assert!(page.contains(&results.replace("Results so far", "Results")), "{page}");
}

#[tokio::test]
async fn whoever_cannot_vote_here_is_told_where_or_why() {
    let (kit, post) = asked(false).await;
    let own = kit.account("olwen", Role::Member).await;
    let new = NewPost { poll: Some(meals(false)), ..Kit::words("olwen", "And for me?") };
    let mine = kit.app.posts().publish(&own, new).await.unwrap();
    let mut visitor = Browser::new(&kit);
    for prefix in ["", "/cy"] {
        let page = visitor.get(&format!("{prefix}{}", post.page)).await.body;
        let link = format!("href=\"{prefix}/sign-in?next={}\">", post.page);
        let words = if prefix.is_empty() { "Sign in to vote" } else { "Mewngofnodi i bleidleisio" };
        assert!(card(&page).contains(&format!("{link}{words}</a>")), "{page}");
    }
    let link =
        format!("<a href=\"{}\">Vote<span class=\"hidden\">, post by The bridge,", post.page);
    let list = visitor.get("/@bridge").await.body;
    assert!(list.contains(&link), "{list}");
    let mut sam = Browser::signed_in(&kit, "sam").await;
    assert!(sam.get("/@bridge").await.body.contains(&link));
    sam.submit(&post.page, &format!("{}/vote", post.page), &[("choice", "0")]).await;
    assert!(!sam.get("/@bridge").await.body.contains(&link), "one votes once");
    let mut olwen = Browser::signed_in(&kit, "olwen").await;
    let page = olwen.get(&mine.page).await.body;
    assert!(card(&page).contains("<p>You cannot vote in your own poll.</p>"), "{page}");
    assert!(!page.contains("name=\"choice\"") && !page.contains("Sign in to vote"));
}

#[tokio::test]
async fn a_vote_that_cannot_count_comes_back_to_the_poll_with_the_reason() {
    let (kit, post) = asked(false).await;
    let vote = format!("{}/vote", post.page);
    let mut sam = Browser::signed_in(&kit, "sam").await;
    sam.submit(&post.page, &vote, &[("choice", "0")]).await;
    let mut ann = Browser::signed_in(&kit, "ann").await;
    let reason = |words: &str| format!("<ul class=\"plain\">\n<li>{words}</li>\n</ul>");
    for (prefix, words) in
        [("", "You have voted already."), ("/cy", "Rydych wedi pleidleisio&#39;n barod.")]
    {
        for fields in [&[("choice", "1")][..], &[]] {
            let answer = sam.submit(&post.page, &format!("{prefix}{vote}"), fields).await;
            assert_eq!(answer.status, StatusCode::CONFLICT);
            assert!(answer.body.contains(&reason(words)), "{}", answer.body);
            assert!(answer.body.contains("What shall we cook?"));
        }
    }
    kit.clock.advance(Span::hours(2));
    let late = ann.submit(&post.page, &vote, &[("choice", "1")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.body.contains(&reason("Voting is closed.")), "{}", late.body);
    let own = kit.account("olwen", Role::Member).await;
    let new = NewPost { poll: Some(meals(false)), ..Kit::words("olwen", "And for me?") };
    let mine = kit.app.posts().publish(&own, new).await.unwrap();
    let mut olwen = Browser::signed_in(&kit, "olwen").await;
    let answer = olwen.submit(&mine.page, &format!("{}/vote", mine.page), &[("choice", "1")]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.body.contains(&reason("You cannot vote in your own poll.")), "{}", answer.body);
}

#[tokio::test]
async fn a_poll_behind_a_warning_stays_open_for_who_votes_in_it() {
    let (kit, _) = asked(false).await;
    let own = kit.account("olwen", Role::Member).await;
    let warning = Some("Food".to_owned());
    let words = Kit::words("olwen", "What now?");
    let new = NewPost { poll: Some(meals(false)), warning, ..words };
    let post = kit.app.posts().publish(&own, new).await.unwrap();
    let vote = format!("{}/vote", post.page);
    let mut sam = Browser::signed_in(&kit, "sam").await;
    let (closed, open) =
        ("<details class=\"warning\"><summary>", "<details class=\"warning\" open>");
    assert!(sam.get(&post.page).await.body.contains(closed));
    let wrong = sam.submit(&post.page, &vote, &[]).await.body;
    assert!(wrong.contains(open), "{wrong}");
    let done = sam.submit(&post.page, &vote, &[("choice", "0")]).await;
    assert!(sam.get(done.location()).await.body.contains(open));
    assert!(sam.submit(&post.page, &vote, &[("choice", "0")]).await.body.contains(open));
    assert!(sam.get(&post.page).await.body.contains(closed));
}

#[tokio::test]
async fn a_wrong_answer_is_marked_where_it_is_given() {
    let marked = "aria-describedby=\"choice-error\" aria-invalid=\"true\">";
    for multiple in [false, true] {
        let (kit, post) = asked(multiple).await;
        let mut sam = Browser::signed_in(&kit, "sam").await;
        let vote = format!("{}/vote", post.page);
        let page = sam.submit(&post.page, &vote, &[]).await.body;
        assert!(page.contains("id=\"choice-error\""));
        let tags: Vec<&str> =
            page.split_inclusive('>').filter(|tag| tag.ends_with(marked)).collect();
        let (name, count) =
            if multiple { ("<input type=\"checkbox\"", 3) } else { ("<fieldset", 1) };
        assert_eq!(tags.len(), count, "{tags:?}");
        assert!(tags.iter().all(|tag| tag.contains(name)), "{tags:?}");
    }
}
