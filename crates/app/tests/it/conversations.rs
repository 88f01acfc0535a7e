//! What other servers may read of a conversation, and of what somebody said.

use carefolk_app::posts::{NewPost, Part, PostView};
use carefolk_app::{Caller, Error, Page};
use carefolk_domain::{Audience, Role, Span};
use carefolk_testkit::Kit;
use serde_json::Value;

fn slug(post: &PostView) -> &str {
    post.page.rsplit('/').next().unwrap()
}

fn items(page: &Value) -> Vec<String> {
    let items = page["orderedItems"].as_array().unwrap();
    items.iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

/// The row after which a page begins, from its address.
fn after(address: &str) -> Part {
    let (_, row) = address.split_once("?page=true&after=").unwrap();
    Part::Page { after: Some(row.parse().unwrap()) }
}

async fn answer(kit: &Kit, who: &Caller, to: &PostView, audience: Audience) -> PostView {
    kit.clock.advance(Span::seconds(1));
    let words = Kit::words("nurse", "Yes");
    let new = NewPost { in_reply_to: Some(to.uri.clone()), audience, ..words };
    kit.app.posts().publish(who, new).await.unwrap()
}

#[tokio::test]
async fn a_conversation_is_read_page_by_page_from_its_beginning() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let first = kit.post(&nurse, "nurse", "Who comes on Friday?").await;
    let mut said = vec![first.uri.clone()];
    for number in 0..60 {
        let audience = if number == 3 { Audience::Followers } else { Audience::Public };
        let reply = answer(&kit, &nurse, &first, audience).await;
        if audience == Audience::Public {
            said.push(reply.uri);
        }
    }
    for (name, all) in [("context", &said[..]), ("replies", &said[1..])] {
        let read = async |part: Part| -> Value {
            let posts = kit.app.posts();
            let json = match name {
                "context" => posts.context_document(slug(&first), part).await,
                _ => posts.replies_document(slug(&first), part).await,
            };
            serde_json::from_str(&json.unwrap()).unwrap()
        };
        let list = read(Part::Whole).await;
        let id = format!("{}/{name}", first.uri);
        assert_eq!(list["id"], *id);
        // What only some may see is neither listed nor counted.
        assert_eq!(list["totalItems"], all.len(), "{name}");
        let mut page = list["first"].clone();
        let own = read(Part::Page { after: None }).await;
        assert_eq!((&own["id"], items(&own)), (&page["id"], items(&page)));
        let mut found = items(&page);
        while let Some(next) = page["next"].as_str().map(str::to_owned) {
            page = read(after(&next)).await;
            assert_eq!((&page["id"], &page["partOf"]), (&next.into(), &id.as_str().into()));
            found.extend(items(&page));
        }
        assert_eq!(found, all, "{name}");
    }
    let list = kit.app.posts().context_document(slug(&first), Part::Whole).await.unwrap();
    let owner = kit.app.actors().find_local("nurse").await.unwrap().uri;
    assert_eq!(serde_json::from_str::<Value>(&list).unwrap()["attributedTo"], *owner);
}

#[tokio::test]
async fn a_reply_is_part_of_a_conversation_and_has_none_of_its_own() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let first = kit.post(&nurse, "nurse", "Who comes on Friday?").await;
    let reply = answer(&kit, &nurse, &first, Audience::Public).await;
    let found = kit.app.posts().context_document(slug(&reply), Part::Whole).await;
    assert!(matches!(found, Err(Error::NotFound(_))), "{found:?}");
    // When what began it is gone, the rest of the conversation is still there.
    kit.app.posts().delete(&nurse, first.id).await.unwrap();
    let list = kit.app.posts().context_document(slug(&first), Part::Whole).await.unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(items(&list["first"]), [reply.uri]);
}

/// PieFed reads ten posts of a paged outbox, and no second page.
#[tokio::test]
async fn the_first_page_of_an_outbox_holds_the_ten_latest_and_more() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    let mut said = Vec::new();
    for number in 0..25 {
        kit.clock.advance(Span::seconds(1));
        said.push(kit.post(&nurse, "nurse", &format!("Day {number}")).await.uri);
    }
    let uri = kit.app.actors().find_local("nurse").await.unwrap().uri;
    let actor = uri.rsplit('/').next().unwrap();
    let page = kit.app.posts().outbox_document(actor, Some(Page::first(20))).await.unwrap();
    let page: Value = serde_json::from_str(&page).unwrap();
    let items = page["orderedItems"].as_array().unwrap();
    let found: Vec<_> = items.iter().map(|item| item["object"]["id"].as_str().unwrap()).collect();
    said.reverse();
    assert!(found.len() >= 10, "{}", found.len());
    assert_eq!(found, &said[..found.len()]);
    assert!(page["next"].is_string());
}
