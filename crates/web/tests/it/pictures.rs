//! Pictures on pages: sent with a form and no script, shown to who may see them.

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG};
use bytes::Bytes;
use carefolk_app::Caller;
use carefolk_app::posts::{EditPost, NewPost, PostRef};
use carefolk_domain::{Role, Span};
use carefolk_testkit::{Kit, PIXEL};
use futures_util::stream;
use serde_json::json;

use crate::browser::{Answer, Browser};

const KIND: &str = "multipart/form-data; boundary=part";

/// A form with fields and perhaps a file.
pub(crate) fn form(fields: &[(&str, &str)], file: Option<&[u8]>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let head = format!("--part\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(format!("{head}{value}\r\n").as_bytes());
    }
    let file_name = if file.is_some() { "../../.htaccess\u{202e}gpj" } else { "" };
    let head = "--part\r\nContent-Disposition: form-data; name=\"picture_file\"; filename=\"";
    let kind = "\"\r\nContent-Type: text/html\r\n\r\n";
    body.extend_from_slice(format!("{head}{file_name}{kind}").as_bytes());
    body.extend_from_slice(file.unwrap_or_default());
    body.extend_from_slice(b"\r\n--part--\r\n");
    body
}

pub(crate) async fn send(browser: &mut Browser, to: &str, body: impl Into<Body>) -> Answer {
    browser.send("POST", to, &[(CONTENT_TYPE.as_str(), KIND)], body).await
}

/// Opens the page to write on and sends its form.
async fn write(browser: &mut Browser, fields: &[(&str, &str)], file: Option<&[u8]>) -> Answer {
    let token = browser.get("/write").await.token();
    let mut all = vec![("csrf", token.as_str()), ("audience", "public"), ("lang", "en")];
    all.extend(fields);
    let body = form(&all, file);
    send(browser, "/write", body).await
}

/// The key of the picture that stands in a form.
pub(crate) fn key(answer: &Answer) -> String {
    let (_, rest) = answer.body.split_once("name=\"picture_1\" value=\"").expect("a picture");
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn a_picture_is_added_described_and_published_without_a_script() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    let mut browser = Browser::signed_in(&kit, "nurse").await;
    let page = browser.get("/write").await;
    assert!(page.body.contains("enctype=\"multipart/form-data\""), "{}", page.body);
    let adding = [("text", "Our garden"), ("act", "picture"), ("author", "hazelbank")];
    let added = write(&mut browser, &adding, Some(PIXEL)).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    assert!(added.body.contains("Our garden") && added.body.contains("It is not published yet."));
    let key = key(&added);
    let own = browser.get(&format!("/media/{key}/small")).await;
    assert_eq!(
        (own.status, &own.headers[CACHE_CONTROL]),
        (StatusCode::OK, &"private, no-cache".parse().unwrap())
    );
    let other = Browser::new(&kit).get(&format!("/media/{key}/small")).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND);

    let silent = [("text", "Our garden"), ("author", "hazelbank"), ("picture_1", key.as_str())];
    let refused = write(&mut browser, &silent, None).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.body.contains("<a href=\"#description_1\">Say what picture 1 shows</a>"));
    let mut spoken = silent.to_vec();
    spoken.extend([("description_1", "Roses by a \"door\""), ("focus_1", "top")]);
    let published = write(&mut browser, &spoken, None).await;
    assert_eq!(published.status, StatusCode::SEE_OTHER, "{}", published.body);

    let mut visitor = Browser::new(&kit);
    let profile = visitor.get("/@hazelbank").await;
    assert!(profile.body.contains(&format!("src=\"/media/{key}/small\"")), "{}", profile.body);
    assert!(profile.body.contains("alt=\"Roses by a &#34;door&#34;\""), "{}", profile.body);
    assert!(profile.body.contains("focus-top"));
    let shown = visitor.get(&format!("/media/{key}/full")).await;
    assert_eq!(shown.headers[CONTENT_TYPE], "image/png");
    assert_eq!(shown.headers[CACHE_CONTROL], "public, max-age=3600");
    let tag = shown.headers[ETAG].to_str().unwrap().to_owned();
    let again = visitor.get_with(&format!("/media/{key}/full"), &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.as_str()), (StatusCode::NOT_MODIFIED, ""));
}

#[tokio::test]
async fn a_picture_chosen_when_publishing_goes_with_it_and_one_left_out_does_not() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let mut browser = Browser::signed_in(&kit, "nurse").await;
    let words = [("text", "Look"), ("description_new", "A door")];
    let published = write(&mut browser, &words, Some(PIXEL)).await;
    assert_eq!(published.status, StatusCode::SEE_OTHER, "{}", published.body);
    let path = published.location().split('?').next().unwrap().to_owned();
    let page = browser.get(&path).await;
    assert!(page.body.contains("alt=\"A door\""), "{}", page.body);

    let edit = browser.get(&format!("{path}/edit")).await;
    let (token, key) = (edit.token(), key(&edit));
    let fields = [
        ("csrf", token.as_str()),
        ("text", "Look again"),
        ("lang", "en"),
        ("picture_1", key.as_str()),
        ("leave_out_1", key.as_str()),
    ];
    let changed = send(&mut browser, &format!("{path}/edit"), form(&fields, None)).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.body);
    assert!(!browser.get(&path).await.body.contains("/media/"));
    let gone = browser.get(&format!("/media/{key}/full")).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
    assert_ne!(gone.headers.get(CACHE_CONTROL).unwrap(), "public, max-age=3600");
}

#[tokio::test]
async fn what_is_wrong_with_a_picture_is_said_at_its_field_and_the_words_stay() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let mut browser = Browser::signed_in(&kit, "nurse").await;
    let large = vec![0_u8; 16 * 1024 * 1024 + 1];
    for (act, file, says) in [
        ("picture", None, "Choose the picture, or clear what you wrote about it"),
        ("", None, "Choose the picture, or clear what you wrote about it"),
        ("", Some(b"GIF89a".as_slice()), "Choose a picture that is a JPEG, PNG or WebP file"),
        ("picture", Some(&PIXEL[..40]), "We could not read this picture."),
        ("", Some(&large), "Choose a smaller picture: 16 MB and 26 megapixels at most"),
    ] {
        let fields = [("text", "My words"), ("act", act), ("description_new", "A door")];
        let answer = write(&mut browser, &fields, file).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(answer.body.contains(says), "{says}: {}", answer.body);
        assert!(answer.body.contains("My words") && answer.body.contains("#picture_file"));
        assert!(answer.body.contains("A door"), "{says}");
    }
    assert_eq!(kit.files.names(), Vec::<String>::new());
}

#[tokio::test]
async fn a_picture_that_is_not_here_any_more_is_missed_and_its_words_stay() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let mut browser = Browser::signed_in(&kit, "nurse").await;
    let added = write(&mut browser, &[("text", "Look"), ("act", "picture")], Some(PIXEL)).await;
    let key = key(&added);
    assert!(added.body.contains("<textarea autofocus id=\"description_1\""), "{}", added.body);
    kit.clock.advance(Span::hours(25));
    kit.app.sweep().await.unwrap();
    let fields = [("text", "Look"), ("picture_1", key.as_str()), ("description_1", "A door")];
    let missed = write(&mut browser, &fields, None).await;
    assert_eq!(missed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missed.body.contains("href=\"#pictures\"") && missed.body.contains("id=\"pictures\""));
    assert!(missed.body.contains("A door"), "{}", missed.body);
}

#[tokio::test]
async fn a_form_that_stood_open_takes_nothing_away_that_a_colleague_added() {
    let kit = Kit::new().await;
    let nurse = kit.account("nurse", Role::Member).await;
    kit.provider("hazelbank", "nurse").await;
    let (first, second) = (kit.picture(&nurse, "One").await, kit.picture(&nurse, "Two").await);
    let pictures = vec![first.clone()];
    let new = NewPost { pictures, ..Kit::words("hazelbank", "Look") };
    let post = kit.app.posts().publish(&nurse, new).await.unwrap();
    let mut browser = Browser::signed_in(&kit, "nurse").await;
    let path = format!("{}/edit", post.page);
    let token = browser.get(&path).await.token();
    let edit = EditPost {
        post: post.id,
        text: "Look".to_owned(),
        warning: None,
        lang: None,
        pictures: Some(vec![first.clone(), second.clone()]),
    };
    kit.app.posts().edit(&nurse, edit).await.unwrap();
    let stale = [
        ("csrf", token.as_str()),
        ("text", "Look here"),
        ("lang", "en"),
        ("picture_1", first.key.as_str()),
        ("description_1", "One"),
    ];
    let changed = send(&mut browser, &path, form(&stale, None)).await;
    assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.body);
    let shown = browser.get(&post.page).await;
    for key in [&first.key, &second.key] {
        assert!(shown.body.contains(&format!("/media/{key}/small")), "{}", shown.body);
    }
}

#[tokio::test]
async fn enter_publishes_and_does_not_ask_for_a_picture() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let post = kit.post(&kit.account("sam", Role::Member).await, "sam", "Hello").await;
    let mut browser = Browser::signed_in(&kit, "nurse").await;
    for page in ["/write".to_owned(), post.page.clone()] {
        let body = browser.get(&page).await.body;
        let (_, form) = body.split_once("enctype=\"multipart/form-data\"").unwrap();
        let (_, button) = form.split_once("<button").unwrap();
        assert!(button.starts_with(" type=\"submit\" class=\"enter\""), "{page}: {button}");
    }
}

#[tokio::test]
async fn what_somebody_else_says_may_upset_is_folded_and_what_stands_elsewhere_is_ours_to_show() {
    let (kit, mut browser) = crate::origins::scene().await;
    let url = "https://files.example/cat.jpg";
    kit.remote.put_picture(url, Ok(PIXEL.to_vec()));
    let mut note = crate::origins::note(7, "<p>Look</p>");
    note["sensitive"] = json!(true);
    note["attachment"] = json!([
        {"type": "Document", "mediaType": "image/jpeg", "url": url, "name": "A cat",
            "width": 1600, "height": 900},
        {"type": "Document", "mediaType": "application/pdf", "url": "https://files.example/a.pdf"},
    ]);
    crate::origins::hear(&kit, 7, "Create", note).await;
    let by = PostRef::Uri("https://e.example/notes/7".to_owned());
    let post = kit.app.posts().find(&Caller::Visitor, &by).await.unwrap();
    let page = browser.get(&post.page).await;
    let address = format!("/media/elsewhere/{}/0", post.id);
    let image = format!("src=\"{address}/small\" width=\"640\" height=\"360\"");
    assert!(page.body.contains(&image), "{}", page.body);
    assert!(!page.body.contains("src=\"https://"), "{}", page.body);
    assert!(page.body.contains("Pictures that some people may not want to see."));
    assert!(page.body.contains("https://files.example/a.pdf"));
    let shown = Browser::new(&kit).get(&format!("{address}/small")).await;
    assert_eq!(
        (shown.status, &shown.headers[CONTENT_TYPE]),
        (StatusCode::OK, &"image/png".parse().unwrap())
    );
    for path in ["/media/elsewhere/1/0/small", "/media/elsewhere/x/0/small"] {
        assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn a_form_with_a_file_is_held_to_the_rules_of_forms() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let mut browser = Browser::signed_in(&kit, "nurse").await;
    let token = browser.get("/write").await.token();
    let with = |token: &str| form(&[("csrf", token), ("text", "Kept words")], Some(PIXEL));
    let forged = send(&mut browser, "/write", with("x")).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    assert!(forged.body.contains("Kept words"), "{}", forged.body);
    let visitor = send(&mut Browser::new(&kit), "/write", with(&token)).await;
    assert_eq!(visitor.status, StatusCode::FORBIDDEN);
    assert_eq!(kit.files.names(), Vec::<String>::new());

    let many = vec![("a", "b"); 50];
    let none: &[(&str, &str)] = &[(CONTENT_TYPE.as_str(), "multipart/form-data")];
    let no_boundary = browser.send("POST", "/write", none, with(&token)).await;
    let nested = with(&token);
    let nested = [&nested[..nested.len() - 12], b"\r\n--part\r\nContent-Disp"].concat();
    for (answer, status) in [
        (no_boundary, StatusCode::BAD_REQUEST),
        (send(&mut browser, "/write", form(&many, None)).await, StatusCode::BAD_REQUEST),
        (send(&mut browser, "/write", nested).await, StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(answer.status, status, "{}", answer.body);
    }
    let long = "x".repeat(300 * 1024);
    let long = send(&mut browser, "/write", form(&[("csrf", &token), ("text", &long)], None)).await;
    assert_eq!(long.status, StatusCode::PAYLOAD_TOO_LARGE);
    let promised = [(CONTENT_TYPE.as_str(), KIND), (CONTENT_LENGTH.as_str(), "67108865")];
    let promised = browser.send("POST", "/write", &promised, with(&token)).await;
    assert_eq!(promised.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(promised.body.contains("Kept words"), "{}", promised.body);
    let file = b"--part\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n\r\n";
    let files = [&file.repeat(60)[..], b"--part--\r\n"].concat();
    assert_eq!(send(&mut browser, "/write", files).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_head_of_a_part_has_an_end() {
    let kit = Kit::new().await;
    kit.account("nurse", Role::Member).await;
    let mut browser = Browser::signed_in(&kit, "nurse").await;
    let begin = Bytes::from_static(b"--part\r\nContent-Disposition: form-data; name=\"");
    let read = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&read);
    let endless = stream::iter(std::iter::once(begin).chain((0..1_000).map(move |_| {
        count.fetch_add(16 * 1024, std::sync::atomic::Ordering::SeqCst);
        Bytes::from(vec![b'x'; 16 * 1024])
    })));
    let body = Body::from_stream(futures_util::StreamExt::map(endless, Ok::<_, std::io::Error>));
    let answer = send(&mut browser, "/write", body).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    let read = read.load(std::sync::atomic::Ordering::SeqCst);
    assert!(read <= 128 * 1024, "{read} bytes were read of it");
}
