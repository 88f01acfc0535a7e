//! Writing a post.

use carefolk_app::posts::{NewPost, Policies};
use carefolk_domain::{Audience, FieldError, Invalid, Lang};

use super::composer;
use super::pictures::Sent;
use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::view::models::FormPage;
use crate::view::{Errors, Item, More};
use crate::web::{self, Web};
use crate::wrong::{form_errors, words};

/// Rows of the box for the text.
const ROWS: u8 = 9;

/// `GET /write`
pub(crate) async fn form(web: Web) -> Answer {
    let page = page(&web, &Sent::standing(&[]), Errors::none()).await?;
    web::show(&page)
}

/// `POST /write`
pub(crate) async fn publish(web: Web) -> Answer {
    let locale = web.visit().frame.locale;
    let fields = web.fields();
    let member = web.member()?;
    let sent = Sent::read(&web, &[]).await?;
    if let Some(errors) = sent.again() {
        let page = page(&web, &sent, errors).await?;
        return web::form_again_or_on(&page, &page.errors);
    }
    let Some(audience) = Audience::from_word(fields.get("audience")) else {
        let mut errors = Errors::none();
        let wrong = FieldError { field: "audience", invalid: Invalid::Choice };
        errors.add("audience", words(locale, wrong));
        let page = page(&web, &sent, errors).await?;
        return web::form_again(&page);
    };
    let new = NewPost {
        author: fields.some("author").unwrap_or_else(|| member.handle.clone()),
        text: fields.get("text").to_owned(),
        lang: Lang::parse(fields.get("lang")),
        audience,
        warning: fields.some("warning"),
        title: fields.some("title"),
        group: None,
        in_reply_to: None,
        policies: Policies::default(),
        poll: None,
        pictures: sent.pictures(),
        at: None,
    };
    match web.app().posts().publish(web.caller(), new).await {
        Ok(post) => Ok(web.go(&OwnPath::of(&post.page), "published")),
        Err(error) => {
            let page = page(&web, &sent, form_errors(locale, error)?).await?;
            web::form_again(&page)
        }
    }
}

async fn page(web: &Web, sent: &Sent, errors: Errors) -> Result<FormPage, Failure> {
    let voices = composer::voices(web).await?;
    let cx = web.cx(web.t("write-title")).here("write");
    let mut page = FormPage::new(cx, "/write", web.t("write-button"));
    if voices.len() > 1 {
        let legend = web.t("write-as");
        page.items.push(Item::Choices(composer::author(web, &voices, legend, &errors)));
    } else {
        page.lead.push(web.with("write-as-one", "name", &web.member()?.name));
    }
    let chosen = Audience::from_word(web.fields().get("audience")).unwrap_or(Audience::Public);
    page.items.push(composer::text(web, "write-text", Some("write-text-hint"), ROWS, &errors));
    page.items.push(sent.item(web, &errors));
    page.items.push(Item::Choices(composer::audience(web, chosen, &errors)));
    page.more = Some(more(web, &errors));
    page.back = Some(("/".to_owned(), web.t("write-back")));
    Ok(page.errors(errors))
}

fn more(web: &Web, errors: &Errors) -> More {
    let fields = web.fields();
    let (title, warning) = (fields.get("title"), fields.get("warning"));
    let own = web.visit().frame.locale.language();
    let lang = fields.some("lang").unwrap_or_else(|| own.to_owned());
    let is_used = !title.is_empty() || !warning.is_empty() || lang != own;
    More {
        summary: web.t("write-more"),
        open: is_used,
        items: vec![
            composer::line(web, "title", ("write-title-field", "write-title-hint"), title, errors),
            composer::line(
                web,
                "warning",
                ("write-warning", "write-warning-hint"),
                warning,
                errors,
            ),
            Item::Select(composer::language(web, "write-lang", &lang, errors)),
        ],
    }
}
