//! What one is told about, as it stands in a page.

use askama::Template;

use super::cards::Person;
use super::cx::Cx;

/// Something that one is told.
pub(crate) struct UpdateLine {
    /// Who did it, where that is said.
    pub who: Option<Person>,
    /// What happened.
    pub words: String,
    /// The page and name of the group in which it did.
    pub group: Option<(String, String)>,
    /// Why, where somebody must say.
    pub why: Option<String>,
    /// When, in words.
    pub when: String,
    /// What tells its link from those of others: who, when, and its number on the page.
    pub which: String,
    /// Where it leads, and what that is called.
    pub link: Option<(String, String)>,
    /// Whether one has not seen it.
    pub is_new: bool,
}

/// What one is told of one day.
pub(crate) struct UpdateDay {
    /// The day in words.
    pub day: String,
    /// The latest first.
    pub lines: Vec<UpdateLine>,
}

/// What one is told about.
#[derive(Template)]
#[template(path = "updates.html")]
pub(crate) struct UpdatesPage {
    /// The frame.
    pub cx: Cx,
    /// What was just done.
    pub said: Option<String>,
    /// Day by day.
    pub days: Vec<UpdateDay>,
    /// The latest, where there is anything to have seen.
    pub latest: Option<String>,
    /// The cursor of the next page.
    pub next: Option<String>,
}
