//! Liking a post on its page, and taking that back, without a script.

use axum::http::StatusCode;
use carefolk_app::posts::NewPost;
use carefolk_domain::Role;
use carefolk_testkit::Kit;

use crate::browser::Browser;

#[tokio::test]
async fn a_post_and_what_answers_it_are_liked_on_one_page() {
    let kit = Kit::new().await;
    let sam = kit.account("sam", Role::Member).await;
    kit.account("bob", Role::Member).await;
    let post = kit.post(&sam, "sam", "There is cake").await;
    let answer = NewPost { in_reply_to: Some(post.uri.clone()), ..Kit::words("sam", "And tea") };
    let answer = kit.app.posts().publish(&sam, answer).await.unwrap();
    let button = |path: &str, act: &str| {
        let form = format!("action=\"{path}/like\"");
        let press = format!("name=\"do\" value=\"{act}\"");
        move |body: &str| {
            body.split_once(&form).is_some_and(|(_, rest)| {
                rest.split("</form>").next().is_some_and(|form| form.contains(&press))
            })
        }
    };
    let mut bob = Browser::signed_in(&kit, "bob").await;
    let page = bob.get(&post.page).await.body;
    assert!(button(&post.page, "like")(&page) && button(&answer.page, "like")(&page), "{page}");
    for nobody in [&mut Browser::new(&kit), &mut Browser::signed_in(&kit, "sam").await] {
        assert!(!nobody.get(&post.page).await.body.contains("/like\""));
    }
    let fields = [("do", "like"), ("back", post.page.as_str())];
    let liked = bob.submit(&post.page, &format!("{}/like", answer.page), &fields).await;
    assert_eq!(liked.location(), format!("{}?said=liked", post.page), "{}", liked.body);
    let page = bob.get(liked.location()).await.body;
    assert!(page.contains("You like it now."), "{page}");
    assert!(button(&answer.page, "unlike")(&page) && button(&post.page, "like")(&page), "{page}");
    assert!(Browser::signed_in(&kit, "sam").await.get("/updates").await.body.contains("likes"));
    let fields = [("do", "unlike"), ("back", "https://evil.example/")];
    let taken = bob.submit(&post.page, &format!("{}/like", answer.page), &fields).await;
    assert_eq!(taken.location(), format!("{}?said=unliked", answer.page), "nobody leads away");
    assert!(button(&answer.page, "like")(&bob.get(&post.page).await.body));
    // The page says it once, wherever one was when one pressed.
    let asked = format!("{}?before=1&said=liked", post.page);
    let back = format!("name=\"back\" value=\"{}?before=1#post-{}\"", post.page, post.id);
    let page = bob.get(&asked).await.body.replace("&#38;", "&").replace("&#35;", "#");
    assert!(page.contains(&back), "{page}");
    let gone = bob.submit(&post.page, "/@sam/nothing/like", &[("do", "like")]).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}
