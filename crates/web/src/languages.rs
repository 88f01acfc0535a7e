//! The languages that posts are offered in, by the names they have for themselves.

/// Tag and name. English and Welsh first, then those most written around here.
pub(crate) const LANGUAGES: [(&str, &str); 22] = [
    ("en", "English"),
    ("cy", "Cymraeg"),
    ("gd", "Gàidhlig"),
    ("ga", "Gaeilge"),
    ("ar", "العربية"),
    ("bn", "বাংলা"),
    ("zh", "中文"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("gu", "ગુજરાતી"),
    ("hi", "हिन्दी"),
    ("it", "Italiano"),
    ("ku", "Kurdî"),
    ("fa", "فارسی"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("pa", "ਪੰਜਾਬੀ"),
    ("ro", "Română"),
    ("so", "Soomaali"),
    ("es", "Español"),
    ("uk", "Українська"),
    ("ur", "اردو"),
];

/// What a language calls itself, or its tag.
pub(crate) fn own_name(tag: &str) -> &str {
    let first = tag.split('-').next().unwrap_or_default();
    LANGUAGES.iter().find(|(known, _)| *known == first).map_or(tag, |(_, name)| name)
}
