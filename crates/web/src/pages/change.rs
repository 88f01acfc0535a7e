//! Changing a post, and removing it.

use axum::extract::Path;
use carefolk_app::posts::{EditPost, PostView, SourceView};
use carefolk_domain::{Denial, Lang};

use super::pictures::Sent;
use super::{composer, post};
use crate::answer::{Answer, Failure};
use crate::own_path::OwnPath;
use crate::view::cards::Place;
use crate::view::models::FormPage;
use crate::view::{Cx, Errors, Field, Item};
use crate::web::{self, Web};
use crate::wrong::form_errors;

/// Rows of the box for the text.
const ROWS: u8 = 12;

/// `GET /@{who}/{slug}/edit`
pub(crate) async fn edit_form(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    web.member()?;
    let post = web.app().posts().find(web.caller(), &post::reference(&who, &slug)).await?;
    let source = web.app().posts().source(web.caller(), post.id).await?;
    let sent = Sent::standing(&post.pictures);
    web::show(&edit_page(&web, &post, &source, (&sent, Errors::none())))
}

/// `POST /@{who}/{slug}/edit`
pub(crate) async fn edit(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    web.member()?;
    let post = web.app().posts().find(web.caller(), &post::reference(&who, &slug)).await?;
    let fields = web.fields();
    let pictures = Sent::read(&web, &post.pictures).await?;
    let sent = EditPost {
        post: post.id,
        text: fields.get("text").to_owned(),
        warning: fields.some("warning"),
        lang: Lang::parse(fields.get("lang")),
        pictures: Some(pictures.pictures()),
    };
    let errors = match pictures.again() {
        Some(errors) => errors,
        None => match web.app().posts().edit(web.caller(), sent.clone()).await {
            Ok(post) => return Ok(web.go(&OwnPath::of(&post.page), "changed")),
            Err(error) => form_errors(web.visit().frame.locale, error)?,
        },
    };
    let source = web.app().posts().source(web.caller(), post.id).await?;
    let kept = SourceView {
        text: sent.text,
        warning: sent.warning,
        lang: sent.lang.unwrap_or(source.lang),
        ..source
    };
    let page = edit_page(&web, &post, &kept, (&pictures, errors));
    web::form_again_or_on(&page, &page.errors)
}

fn edit_page(
    web: &Web,
    post: &PostView,
    source: &SourceView,
    (pictures, errors): (&Sent, Errors),
) -> FormPage {
    let action = format!("{}/edit", post.page);
    let mut page = FormPage::new(crumbs(web, post, "edit-title"), action, web.t("edit-button"));
    let text = Field::area("text", web.t("write-text"), ROWS).hint(web.t("write-text-hint"));
    let warning = source.warning.as_deref().unwrap_or_default();
    page.lead.push(web.t("edit-lead"));
    page.items = vec![
        Item::Input(text.filled(&source.text, &errors)),
        pictures.item(web, &errors),
        composer::line(web, "warning", ("write-warning", "write-warning-hint"), warning, &errors),
        Item::Select(composer::language(web, "write-lang", source.lang.as_str(), &errors)),
    ];
    page.back = Some((post.page.clone(), web.t("edit-back")));
    page.errors(errors)
}

/// `GET /@{who}/{slug}/delete`
pub(crate) async fn delete_form(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    let post = changeable(&web, &who, &slug).await?;
    let action = format!("{}/delete", post.page);
    let mut page =
        FormPage::new(crumbs(&web, &post, "delete-title"), action, web.t("delete-button"));
    page.lead.push(web.t("delete-lead"));
    if post.audience.federates() && web.app().settings().federates() {
        page.lead.push(web.t("delete-elsewhere"));
    }
    page.back = Some((post.page.clone(), web.t("delete-back")));
    page.danger = true;
    let mut card = web.presenter().post(post, Place::Before);
    card.may_change = false;
    page.about = Some(card);
    web::show(&page)
}

/// `POST /@{who}/{slug}/delete`
pub(crate) async fn delete(web: Web, Path((who, slug)): Path<(String, String)>) -> Answer {
    let post = changeable(&web, &who, &slug).await?;
    web.app().posts().delete(web.caller(), post.id).await?;
    Ok(web.go(&OwnPath::of(&post.author.page), "removed"))
}

async fn changeable(web: &Web, who: &str, slug: &str) -> Result<PostView, Failure> {
    web.member()?;
    let post = web.app().posts().find(web.caller(), &post::reference(who, slug)).await?;
    if post.deleted {
        return Err(Failure::not_found());
    }
    if post.may_change {
        Ok(post)
    } else {
        Err(carefolk_app::Error::from(Denial::NotAuthor).into())
    }
}

fn crumbs(web: &Web, post: &PostView, title: &str) -> Cx {
    let cx = web
        .cx(web.t(title))
        .tab(format!("{} - {}", web.t(title), post::tab(post)))
        .crumb(web.t("nav-home"), "/")
        .crumb(post.author.name_and_origin(), post.author.page.clone());
    post::crumb(web, cx, post)
}
