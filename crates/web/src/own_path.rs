//! Where a browser may be sent: to paths of ours only (S-137).

/// A path of this site, without its language prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OwnPath(String);

/// The longest path that somebody is sent back to.
const PATH_MAX_BYTES: usize = 1_024;

impl OwnPath {
    /// The front page.
    pub(crate) fn home() -> Self {
        Self("/".to_owned())
    }

    /// A path that we made up ourselves; one that could lead elsewhere becomes the front page.
    pub(crate) fn of(path: &str) -> Self {
        Self::parse(path).unwrap_or_else(Self::home)
    }

    /// A path that somebody sent, if it can lead nowhere else.
    ///
    /// Only characters that mean one thing to everybody are let through, since browsers, proxies
    /// and servers disagree about the rest: no backslash, no `//`, no encoded slash, no scheme.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"/@_-.~?=&%#+:".contains(&b);
        let lower = text.to_ascii_lowercase();
        let good = text.len() <= PATH_MAX_BYTES
            && text.starts_with('/')
            && text.bytes().all(plain)
            && !["//", "/../", "/./", "%2f", "%5c", "%0", "%1", "%7f"]
                .iter()
                .any(|bad| lower.contains(bad));
        good.then(|| Self(without_language(text).to_owned()))
    }

    /// The path as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// `/cy/you` is the Welsh `/you`.
fn without_language(path: &str) -> &str {
    match path.strip_prefix("/cy") {
        Some("") => "/",
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_ours_are_let_through() {
        for path in
            ["/", "/you", "/@bridge/abc?said=x#post-1", "/@a@b.example:8081/7", "/write?as=x"]
        {
            assert_eq!(OwnPath::parse(path).unwrap().as_str(), path);
        }
        assert_eq!(OwnPath::parse("/cy/you").unwrap().as_str(), "/you");
        assert_eq!(OwnPath::parse("/cy").unwrap().as_str(), "/");
        assert_eq!(OwnPath::parse("/cyder").unwrap().as_str(), "/cyder");
    }

    #[test]
    fn nothing_leads_to_another_site() {
        for path in [
            "",
            "you",
            "//e.example",
            "/\\e.example",
            "/%2F%2Fe.example",
            "/web/%2fe.example",
            "https:e",
            "https://e.example",
            "javascript:1",
            "/a//e.example",
            "/%5ce",
            "/\t/e",
            "/a\r\nX: y",
            "/%0d%0aX",
            "/../..//e",
            "/a b",
            "/é",
            "/cy//e.example",
        ] {
            assert_eq!(OwnPath::parse(path), None, "{path:?}");
            assert_eq!(OwnPath::of(path), OwnPath::home());
        }
    }
}
