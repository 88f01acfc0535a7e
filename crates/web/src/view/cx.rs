//! What every page knows: the language, who is signed in, where we are.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use carefolk_i18n::{self as i18n, Arg, Locale};

use crate::reading::Reading;

/// Where the footer leads, in the order of every page; help is always first.
pub(crate) const FOOTER: [(&str, &str); 7] = [
    ("/help", "footer-help"),
    ("/worried", "footer-worried"),
    ("/accessibility", "footer-accessibility"),
    ("/privacy", "footer-privacy"),
    ("/cookies", "footer-cookies"),
    ("/rules", "footer-rules"),
    ("/about", "footer-about"),
];

/// Who is signed in, as far as pages need to know.
#[derive(Clone, Debug)]
pub(crate) struct Me {
    /// The display name.
    pub name: String,
    /// How much one was told that one has not seen, in words; nothing if there is none.
    pub told: Option<String>,
}

/// What is the same for everything in one request.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The language of the page.
    pub locale: Locale,
    /// What stands before a path in a whole address; empty while nobody has said where this site is.
    pub base: String,
    /// The address without its language prefix, with its query.
    pub address: String,
    /// The community's name.
    pub community: String,
    /// Who is signed in.
    pub me: Option<Me>,
    /// How this reader likes pages.
    pub reading: Reading,
    /// What forms must send back.
    pub csrf: String,
    /// Whether a form was put into the page, so that its cookie must be set.
    pub has_form: AtomicBool,
    /// Milliseconds since 1970, for "today".
    pub now_ms: i64,
    /// Where the source of this software is.
    pub source_url: String,
    /// This software's version.
    pub version: &'static str,
}

/// One step of the way to a page.
#[derive(Clone, Debug)]
pub(crate) struct Crumb {
    /// What it is called.
    pub name: String,
    /// Its path.
    pub page: String,
    /// The language of its name, where that need not be the page's.
    pub lang: Option<String>,
}

/// The frame of one page: what every template calls `cx`.
#[derive(Clone, Debug)]
pub(crate) struct Cx {
    frame: Arc<Frame>,
    title: String,
    here: &'static str,
    failed: bool,
    crumbs: Vec<Crumb>,
    address: Option<String>,
    tab: Option<String>,
}

impl Cx {
    /// The frame of a page that is called `title`, in its `h1` and in the browser's tab.
    pub(crate) fn new(frame: Arc<Frame>, title: String) -> Self {
        Self { frame, title, here: "", failed: false, crumbs: Vec::new(), address: None, tab: None }
    }

    /// Says what stands in the browser's tab, where that must say more than the `h1`.
    #[must_use]
    pub(crate) fn tab(mut self, title: String) -> Self {
        self.tab = Some(title);
        self
    }

    /// Says which page this is, where the request went to another address.
    #[must_use]
    pub(crate) fn at(mut self, path: &str) -> Self {
        self.address = Some(path.to_owned());
        self
    }

    fn address(&self) -> &str {
        self.address.as_deref().unwrap_or(&self.frame.address)
    }

    /// Marks the page's own link in the navigation.
    #[must_use]
    pub(crate) fn here(mut self, here: &'static str) -> Self {
        self.here = here;
        self
    }

    /// Says "Error" in the title, because something in a form is wrong.
    #[must_use]
    pub(crate) fn failed(mut self, failed: bool) -> Self {
        self.failed = failed;
        self
    }

    /// Adds one step of the way here.
    #[must_use]
    pub(crate) fn crumb(self, name: impl Into<String>, page: impl Into<String>) -> Self {
        self.crumb_in(None, name, page)
    }

    /// Adds one step of the way here whose name is in another language.
    #[must_use]
    pub(crate) fn crumb_in(
        mut self,
        lang: Option<String>,
        name: impl Into<String>,
        page: impl Into<String>,
    ) -> Self {
        self.crumbs.push(Crumb { name: name.into(), page: page.into(), lang });
        self
    }

    /// The words behind `key`.
    pub(crate) fn t(&self, key: &str) -> String {
        i18n::text(self.frame.locale, key, &[])
    }

    /// The words behind `key` with one thing put in.
    pub(crate) fn with(&self, key: &str, name: &'static str, value: impl Into<Argument>) -> String {
        i18n::text(self.frame.locale, key, &[(name, value.into().0)])
    }

    /// A path of ours in the language of the page.
    pub(crate) fn href(&self, path: impl AsRef<str>) -> String {
        localised(self.frame.locale, path.as_ref())
    }

    /// The `h1`.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    /// The title for tabs and bookmarks.
    pub(crate) fn document_title(&self) -> String {
        let title =
            format!("{} - {}", self.tab.as_ref().unwrap_or(&self.title), self.frame.community);
        if self.failed { self.with("error-title", "title", title) } else { title }
    }

    /// Its tag.
    pub(crate) fn lang(&self) -> &'static str {
        self.frame.locale.tag()
    }

    /// The classes that carry the reader's settings.
    pub(crate) fn html_class(&self) -> Option<String> {
        self.frame.reading.classes()
    }

    /// The same page in both languages, by whole addresses: machines read them away from the page.
    pub(crate) fn alternates(&self) -> Vec<(&'static str, String)> {
        let whole = |locale| format!("{}{}", self.frame.base, localised(locale, self.address()));
        Locale::ALL.into_iter().map(|locale| (locale.tag(), whole(locale))).collect()
    }

    /// The same page in the other language.
    pub(crate) fn twin_href(&self) -> String {
        localised(self.frame.locale.twin(), self.address())
    }

    /// The tag of the other language.
    pub(crate) fn twin_lang(&self) -> &'static str {
        self.frame.locale.twin().tag()
    }

    /// What the other language calls itself.
    pub(crate) fn twin_name(&self) -> &'static str {
        self.frame.locale.twin().own_name()
    }

    /// The community's name.
    pub(crate) fn community(&self) -> &str {
        &self.frame.community
    }

    /// Who is signed in.
    pub(crate) fn member(&self) -> Option<&Me> {
        self.frame.me.as_ref()
    }

    /// How much the reader was told that they have not seen, in words.
    pub(crate) fn new_count(&self) -> Option<&str> {
        self.member()?.told.as_deref()
    }

    /// What forms must send back. Asking for it sets the cookie that belongs to it.
    pub(crate) fn csrf(&self) -> &str {
        self.frame.has_form.store(true, Ordering::Relaxed);
        &self.frame.csrf
    }

    /// Whether the page is the one behind a link of the navigation.
    pub(crate) fn is_here(&self, name: &str) -> bool {
        self.here == name
    }

    /// The way here.
    pub(crate) fn crumbs(&self) -> &[Crumb] {
        &self.crumbs
    }

    /// Where the source of this software is.
    pub(crate) fn source_url(&self) -> &str {
        &self.frame.source_url
    }
}

/// `path`, which starts with a slash, in `locale`: Welsh pages stand under `/cy`.
pub(crate) fn localised(locale: Locale, path: &str) -> String {
    match locale {
        Locale::En => path.to_owned(),
        Locale::Cy if path == "/" => "/cy".to_owned(),
        Locale::Cy => {
            format!("/cy{}", path.replacen("/?", "?", usize::from(path.starts_with("/?"))))
        }
    }
}

/// What templates may put into words: they hand out references of every kind.
pub(crate) struct Argument(Arg<'static>);

impl From<&str> for Argument {
    fn from(text: &str) -> Self {
        Self(Arg::from(text.to_owned()))
    }
}

impl From<&&str> for Argument {
    fn from(text: &&str) -> Self {
        Self::from(*text)
    }
}

impl From<&String> for Argument {
    fn from(text: &String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<&&String> for Argument {
    fn from(text: &&String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<String> for Argument {
    fn from(text: String) -> Self {
        Self(Arg::from(text))
    }
}

impl From<u64> for Argument {
    fn from(count: u64) -> Self {
        Self(Arg::Count(count))
    }
}

impl From<&u64> for Argument {
    fn from(count: &u64) -> Self {
        Self(Arg::Count(*count))
    }
}

impl From<usize> for Argument {
    fn from(count: usize) -> Self {
        Self(Arg::from(count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_welsh_page_stands_under_its_prefix() {
        assert_eq!(localised(Locale::Cy, "/"), "/cy");
        assert_eq!(localised(Locale::Cy, "/?before=3"), "/cy?before=3");
        assert_eq!(localised(Locale::Cy, "/@bridge/?x=1"), "/cy/@bridge/?x=1");
        assert_eq!(localised(Locale::En, "/@bridge"), "/@bridge");
    }
}
