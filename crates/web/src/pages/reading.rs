//! How a reader likes pages, with or without an account.

use super::sign_in::set_cookie;
use crate::answer::Answer;
use crate::cookies::Name;
use crate::own_path::OwnPath;
use crate::reading::{Reading, Scheme, TextSize};
use crate::view::models::FormPage;
use crate::view::{Choice, Choices, Errors, Item};
use crate::web::{self, Web};

/// `GET /reading`
pub(crate) async fn form(web: Web) -> Answer {
    let (size, scheme, space) = web.visit().frame.reading.words();
    let mut page =
        FormPage::new(web.cx(web.t("reading-title")), "/reading", web.t("reading-button"));
    page.lead.push(web.t("reading-lead"));
    page.said = web.said();
    let sizes: Vec<&str> = TextSize::ALL.iter().map(|(_, word)| *word).collect();
    let schemes: Vec<&str> = Scheme::ALL.iter().map(|(_, word)| *word).collect();
    page.items = vec![
        question(&web, "size", &sizes, size),
        question(&web, "scheme", &schemes, scheme),
        question(&web, "space", &["normal", "wide"], space),
    ];
    web::show(&page)
}

fn question(web: &Web, name: &'static str, words: &[&str], chosen: &str) -> Item {
    let answer = |word: &&str| Choice::new(word, web.t(&format!("reading-{name}-{word}")), chosen);
    let options = words.iter().map(answer).collect();
    let legend = web.t(&format!("reading-{name}"));
    Item::Choices(Choices::new(name, legend, options, &Errors::none()))
}

/// `POST /reading`
pub(crate) async fn save(web: Web) -> Answer {
    let fields = web.fields();
    let chosen = Reading::from_words(fields.get("size"), fields.get("scheme"), fields.get("space"));
    let mut response = web.go(&OwnPath::of("/reading"), "reading");
    set_cookie(&mut response, &web.visit().jar.set(Name::Reading, &chosen.to_cookie()))?;
    Ok(response)
}
