//! The words of posts from elsewhere: cleaned, cut, and in the languages they came in.

use carefolk_domain::post::{TEXT_MAX_CHARS, TITLE_MAX_CHARS};
use carefolk_domain::{Html, Lang, Moment, PostId, RenditionKind, RevisionId};
use carefolk_store::dialect::insert_all;
use carefolk_store::entity::{rendition, revision};
use carefolk_wire::ObjectKind;
use carefolk_wire::read::Note;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::queries::REVISIONS_MAX;
use crate::App;
use crate::kernel::{error::Error, tx::Tx};

/// How many languages of one post are kept.
const LANGUAGES_MAX: usize = 8;

/// How much of a summary is looked for at the beginning of a text, in characters.
const SAME_CHARS: usize = 60;

/// The words of a post from elsewhere, safe to show.
pub(crate) struct Words {
    lang: Lang,
    title: Option<String>,
    warning: Option<String>,
    html: Html,
    others: Vec<(Lang, Html)>,
}

impl Words {
    /// Cleans them. It may take a while: not while a transaction is open, if that can be helped.
    pub(crate) fn of(note: &Note) -> Self {
        let mut texts = texts(note);
        let (lang, html) =
            if texts.is_empty() { (Lang::unknown(), Html::default()) } else { texts.remove(0) };
        // On a `Note` the summary is a warning; on everything else it is read first (interop B6).
        let is_note = matches!(note.kind, ObjectKind::Note | ObjectKind::Question);
        let summary = note.summary.as_deref().filter(|_| !is_note);
        Self {
            lang,
            title: plain(note.name.as_deref()),
            warning: plain(note.summary.as_deref().filter(|_| is_note)),
            html: with_summary(summary, html),
            others: texts,
        }
    }
}

/// The texts by language, the first one first. Where there are several, each stands for itself:
/// `content` may hold them all.
fn texts(note: &Note) -> Vec<(Lang, Html)> {
    let lang = |tag: &str| Lang::parse(tag).unwrap_or_else(Lang::unknown);
    let clean = |text: &str| Html::sanitise(cut(text, TEXT_MAX_CHARS * 4));
    if let ([_, _, ..], _) | ([_], None) = (note.content_map.as_slice(), &note.content) {
        let mut texts: Vec<(Lang, Html)> = Vec::new();
        let mut room = TEXT_MAX_CHARS * 4;
        for (tag, text) in note.content_map.iter().take(LANGUAGES_MAX) {
            // All together take no longer to clean than one.
            let fits = text.len() <= room || texts.is_empty();
            if fits && texts.iter().all(|(known, _)| *known != lang(tag)) {
                room = room.saturating_sub(text.len());
                texts.push((lang(tag), clean(text)));
            }
        }
        return texts;
    }
    let first = note.content_map.first().map_or_else(Lang::unknown, |(tag, _)| lang(tag));
    note.content.iter().map(|text| (first.clone(), clean(text))).collect()
}

/// A text with its summary before it, unless it begins with it anyway.
fn with_summary(summary: Option<&str>, html: Html) -> Html {
    let Some(summary) = summary else { return html };
    let summary = Html::sanitise(cut(summary, TITLE_MAX_CHARS * 20));
    let begins = summary.to_plain();
    let begins: String = begins.trim().chars().take(SAME_CHARS).collect();
    if begins.is_empty() || html.to_plain().trim().starts_with(&begins) {
        return html;
    }
    Html::sanitise(&format!("<p>{}</p>{}", summary.as_str(), html.as_str()))
}

/// A title or a warning, as plain text.
fn plain(text: Option<&str>) -> Option<String> {
    let text = Html::sanitise(cut(text?, TITLE_MAX_CHARS * 20)).to_plain();
    let text: String = text.chars().take(TITLE_MAX_CHARS).collect();
    Some(text).filter(|text| !text.trim().is_empty())
}

/// The first `most` characters.
fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

impl Words {
    /// The row that says that a post became so.
    pub(super) fn revision(&self, app: &App, post_id: PostId, at: Moment) -> revision::Model {
        revision::Model {
            id: RevisionId(app.id()),
            post_id,
            made_by: None,
            approved_by: None,
            at,
            kind: RenditionKind::Original,
            lang: self.lang.clone(),
            title: self.title.clone(),
            summary: self.warning.clone(),
            source: None,
            html: self.html.clone(),
        }
    }

    /// The rows of the text in all its languages.
    pub(super) fn renditions(self, post_id: PostId) -> impl Iterator<Item = rendition::Model> {
        let Self { lang, title, warning, html, others } = self;
        let original = (RenditionKind::Original, lang, title, warning, html);
        let others = others
            .into_iter()
            .map(|(lang, html)| (RenditionKind::Translation, lang, None, None, html));
        std::iter::once(original).chain(others).map(move |(kind, lang, title, summary, html)| {
            rendition::Model { post_id, kind, lang, title, summary, source: None, html }
        })
    }
}

/// Writes the changed text of a post from elsewhere in all its languages, and that it became so.
pub(super) async fn write(
    app: &App,
    tx: &Tx,
    post: PostId,
    words: Words,
    at: Moment,
) -> Result<(), Error> {
    if !is_as_before(tx, post, &words).await? {
        let revision = revision::ActiveModel::from(words.revision(app, post, at));
        revision::Entity::insert(revision).exec_without_returning(tx.conn()).await?;
        forget_old_revisions(tx, post).await?;
    }
    let kinds = [RenditionKind::Original, RenditionKind::Translation];
    rendition::Entity::delete_many()
        .filter(rendition::Column::PostId.eq(post))
        .filter(rendition::Column::Kind.is_in(kinds))
        .exec(tx.conn())
        .await?;
    insert_all::<rendition::ActiveModel>(tx.store(), words.renditions(post).collect()).await?;
    Ok(())
}

/// Whether a post says the same as it did: then nothing became of it that somebody could want to read.
async fn is_as_before(tx: &Tx, post: PostId, words: &Words) -> Result<bool, Error> {
    let last = revision::Entity::find()
        .filter(revision::Column::PostId.eq(post))
        .order_by_desc(revision::Column::Id)
        .one(tx.conn())
        .await?;
    Ok(last.is_some_and(|last| {
        (&last.title, &last.summary, &last.html) == (&words.title, &words.warning, &words.html)
    }))
}

/// Keeps as many texts of a post as are shown: its server may change it as often as it likes.
async fn forget_old_revisions(tx: &Tx, post: PostId) -> Result<(), Error> {
    let of_post = || revision::Entity::find().filter(revision::Column::PostId.eq(post));
    let oldest = of_post()
        .order_by_desc(revision::Column::Id)
        .offset(REVISIONS_MAX - 1)
        .one(tx.conn())
        .await?;
    if let Some(oldest) = oldest {
        revision::Entity::delete_many()
            .filter(revision::Column::PostId.eq(post))
            .filter(revision::Column::Id.lt(oldest.id))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}
