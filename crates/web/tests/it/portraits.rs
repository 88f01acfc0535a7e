//! What people, providers and groups say about themselves, changed on pages without a script.

use axum::http::StatusCode;
use carefolk_domain::{GroupKind, PostingRule, Role};
use carefolk_testkit::{Kit, PIXEL};

use crate::browser::{Answer, Browser};
use crate::groups::scene;
use crate::pictures::{form, key, send};

/// Opens a form and sends it.
async fn save(
    browser: &mut Browser,
    path: &str,
    fields: &[(&str, &str)],
    file: Option<&[u8]>,
) -> Answer {
    let token = browser.get(path).await.token();
    let mut all = vec![("csrf", token.as_str())];
    all.extend(fields);
    send(browser, path, form(&all, file)).await
}

#[tokio::test]
async fn a_provider_gets_a_picture_another_one_and_none() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    kit.account("eve", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    let mut browser = Browser::signed_in(&kit, "nurse").await;
    let path = "/team/hazelbank/profile";
    assert!(browser.get("/@hazelbank").await.body.contains(&format!("href=\"{path}\"")));
    let said = [("name", "Hazelbank House"), ("summary", "By the *river*")];
    let silent = save(&mut browser, path, &said, Some(PIXEL)).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", silent.body);
    assert!(
        silent.body.contains("href=\"#description_1\"") && silent.body.contains("By the *river*")
    );
    let door = key(&silent);
    let words = [("picture_1", door.as_str()), ("description_1", "A door"), ("focus_1", "top")];
    let saved = save(&mut browser, path, &[&said[..], &words].concat(), None).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert_eq!(saved.location(), "/@hazelbank?said=profile-changed");

    let mut visitor = Browser::new(&kit);
    let page = visitor.get("/@hazelbank").await.body;
    assert!(
        page.contains("<h1 dir=\"auto\">Hazelbank House</h1>") && page.contains("<em>river</em>")
    );
    let big = format!("<img class=\"focus-top\" src=\"/media/{door}/icon\"");
    assert!(page.contains(&big) && page.contains("alt=\"A door\""), "{page}");
    let list = visitor.get("/providers").await.body;
    assert!(list.contains(&big), "{list}");
    let icon = visitor.get(&format!("/media/{door}/icon")).await;
    assert_eq!(icon.status, StatusCode::OK);

    // A new one takes the place of the old one at once.
    let both = [&said[..], &words, &[("description_new", "A roof")]].concat();
    let saved = save(&mut browser, path, &both, Some(PIXEL)).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let now = key(&browser.get(path).await);
    assert_ne!(now, door);
    assert_eq!(visitor.get(&format!("/media/{door}/icon")).await.status, StatusCode::NOT_FOUND);
    // One that somebody else changed meanwhile is not lost without a word.
    let late = save(&mut browser, path, &[&said[..], &words].concat(), None).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.body.contains("A picture is not here any more"), "{}", late.body);
    let away = [("picture_1", now.as_str()), ("description_1", ""), ("leave_out_1", now.as_str())];
    let saved = save(&mut browser, path, &[&said[..], &away].concat(), None).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(!visitor.get("/@hazelbank").await.body.contains("/media/"));
    let mut eve = Browser::signed_in(&kit, "eve").await;
    assert_eq!(eve.get(path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(visitor.get(path).await.status, StatusCode::SEE_OTHER, "who is that?");
}

#[tokio::test]
async fn what_was_replaced_or_left_out_on_a_form_does_not_come_back() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    let mut browser = Browser::signed_in(&kit, "nurse").await;
    let path = "/team/hazelbank/profile";
    let said = [("name", "Hazelbank House"), ("summary", "By the *river*")];
    let fields = [&said[..], &[("description_new", "A door")]].concat();
    save(&mut browser, path, &fields, Some(PIXEL)).await;
    let door = key(&browser.get(path).await);
    let stood =
        [("stood", door.as_str()), ("picture_1", door.as_str()), ("description_1", "A door")];
    let step = [&said[..], &stood, &[("act", "picture"), ("description_new", "A roof")]].concat();
    let looked = save(&mut browser, path, &step, Some(PIXEL)).await;
    let roof = key(&looked);
    assert_ne!(roof, door);
    assert!(looked.body.contains(&format!("name=\"stood\" value=\"{door}\"")), "{}", looked.body);
    let now = [("stood", door.as_str()), ("picture_1", roof.as_str()), ("description_1", "A roof")];
    let saved = save(&mut browser, path, &[&said[..], &now].concat(), None).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert_eq!(key(&browser.get(path).await), roof);
    let none = [("name", ""), ("summary", ""), ("stood", roof.as_str())];
    let left =
        [&none[..], &[("picture_1", roof.as_str()), ("leave_out_1", roof.as_str())]].concat();
    let wrong = save(&mut browser, path, &left, None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!wrong.body.contains("name=\"picture_1\""), "{}", wrong.body);
    let saved = save(&mut browser, path, &[&said[..], &[("stood", &roof)]].concat(), None).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    assert!(!browser.get("/@hazelbank").await.body.contains("/media/"));
}

#[tokio::test]
async fn a_person_says_who_they_are() {
    let kit = Kit::new().await;
    kit.account("sam", Role::Member).await;
    let mut browser = Browser::signed_in(&kit, "sam").await;
    assert!(browser.get("/@sam").await.body.contains("href=\"/you/profile\""));
    let nameless = [("name", " "), ("summary", "Me")];
    let wrong = save(&mut browser, "/you/profile", &nameless, None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("href=\"#name\""), "{}", wrong.body);
    let look = [("name", "Sam W"), ("summary", ""), ("act", "picture")];
    let looked = save(&mut browser, "/you/profile", &look, Some(PIXEL)).await;
    assert_eq!(looked.status, StatusCode::OK);
    assert!(looked.body.contains("It is not saved yet."), "{}", looked.body);
    assert!(!browser.get("/@sam").await.body.contains("Sam W"));
    let key = key(&looked);
    let fields = [("name", "Sam W"), ("summary", ""), ("picture_1", key.as_str())];
    let saved = save(&mut browser, "/you/profile", &fields, None).await;
    assert_eq!(saved.location(), "/@sam?said=profile-changed", "{}", saved.body);
    let page = browser.get("/@sam").await.body;
    assert!(page.contains("Sam W") && page.contains(&format!("/media/{key}/icon")), "{page}");
}

#[tokio::test]
async fn moderators_change_a_group() {
    let kit = scene(GroupKind::Open, PostingRule::Anyone).await;
    let mut mo = Browser::signed_in(&kit, "mo").await;
    let path = "/groups/table/change";
    assert!(mo.get("/groups/table").await.body.contains(&format!("href=\"{path}\"")));
    let form = mo.get(path).await.body;
    assert!(
        form.contains("For **everybody** who cares</textarea>")
            && form.contains("Be kind</textarea>"),
        "{form}"
    );
    let fields = [
        ("name", "Monday table"),
        ("about", "For Mondays"),
        ("posting", "members"),
        ("approval", "first"),
        ("rules", "One\nTwo"),
        ("area", "Alderbrook"),
        ("lang", "cy"),
        ("description_new", "Cups"),
    ];
    let saved = save(&mut mo, path, &fields, Some(PIXEL)).await;
    assert_eq!(saved.location(), "/groups/table?said=group-changed", "{}", saved.body);
    let page = mo.get("/groups/table").await.body;
    for words in ["Monday table", "For Mondays", "Two", "Alderbrook", "alt=\"Cups\""] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let nameless =
        [("name", ""), ("about", "Typed"), ("posting", "members"), ("approval", "first")];
    let wrong = save(&mut mo, path, &nameless, None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.body.contains("Typed</textarea>") && wrong.body.contains("href=\"#name\""));
    let unknown = [("name", "Any"), ("about", "Any"), ("posting", "nobody"), ("approval", "")];
    let wrong = save(&mut mo, path, &unknown, None).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing is passed over in silence");
    assert!(wrong.body.contains("href=\"#posting\"") && wrong.body.contains("href=\"#approval\""));
    let mut sam = Browser::signed_in(&kit, "sam").await;
    assert_eq!(sam.get(path).await.status, StatusCode::FORBIDDEN);
    assert!(!sam.get("/groups/table").await.body.contains(path));
}
