//! Finding names, hashtags and addresses in what a person wrote.
//!
//! One pass over the text, whatever it holds: a hundred thousand `@` cost no more than letters
//! (S-100).

/// A stretch of plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words.
    Words(&'a str),
    /// `@name` or `@name@host`, without the first `@`.
    Mention(&'a str),
    /// `#tag`, without the `#`.
    Hashtag(&'a str),
    /// A web address.
    Link(&'a str),
}

/// The longest name, tag or address that is looked at, in bytes.
const TOKEN_MAX_BYTES: usize = 1_000;

/// Cuts `text` into pieces; together they are `text` again.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let (mut start, mut at) = (0, 0);
    let mut before = ' ';
    while let Some(letter) = text.get(at..).and_then(|rest| rest.chars().next()) {
        let token = if before.is_alphanumeric() || matches!(before, '_' | '/' | '@' | '#' | '&') {
            None
        } else {
            text.get(at..).and_then(token)
        };
        if let Some((piece, length)) = token {
            if let Some(words) = text.get(start..at).filter(|words| !words.is_empty()) {
                out.push(Piece::Words(words));
            }
            out.push(piece);
            at += length;
            start = at;
            before = 'x';
        } else {
            at += letter.len_utf8();
            before = letter;
        }
    }
    if let Some(words) = text.get(start..).filter(|words| !words.is_empty()) {
        out.push(Piece::Words(words));
    }
    out
}

fn token(rest: &str) -> Option<(Piece<'_>, usize)> {
    match rest.as_bytes().first()? {
        b'@' => mention(rest),
        b'#' => hashtag(rest),
        b'h' => link(rest),
        _ => None,
    }
}

fn run(text: &str, good: impl Fn(char) -> bool) -> usize {
    text.char_indices()
        .find(|(at, letter)| *at > TOKEN_MAX_BYTES || !good(*letter))
        .map_or(text.len(), |(at, _)| at)
}

fn mention(rest: &str) -> Option<(Piece<'_>, usize)> {
    let name_letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = run(rest.get(1..)?, |c| name_letter(c) || c == '.' || c == '-');
    let name = rest.get(1..=name)?.trim_end_matches(['.', '-']).len();
    if name == 0 || name > 128 {
        return None;
    }
    let mut end = 1 + name;
    if let Some(after) = rest.get(end..).and_then(|after| after.strip_prefix('@')) {
        let host_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        let host = run(after, host_letter);
        let host = after.get(..host)?.trim_end_matches(['.', '-', ':']).len();
        if host > 0 && host <= 260 {
            end += 1 + host;
        }
    }
    Some((Piece::Mention(rest.get(1..end)?), end))
}

fn hashtag(rest: &str) -> Option<(Piece<'_>, usize)> {
    let length = run(rest.get(1..)?, |c| c.is_alphanumeric() || c == '_');
    let tag = rest.get(1..=length)?;
    let good = tag.chars().any(char::is_alphabetic) && tag.chars().count() <= 100;
    good.then_some((Piece::Hashtag(tag), 1 + length))
}

fn link(rest: &str) -> Option<(Piece<'_>, usize)> {
    if !rest.starts_with("https://") && !rest.starts_with("http://") {
        return None;
    }
    let end = run(rest, |c| !c.is_whitespace() && !matches!(c, '<' | '>' | '"' | '`'));
    let link = rest.get(..end)?.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\'', '*']);
    url::Url::parse(link).ok()?.host_str()?;
    Some((Piece::Link(link), link.len()))
}

/// A hashtag in the one spelling under which it is stored.
pub fn fold_hashtag(tag: &str) -> String {
    tag.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tags_and_addresses_are_found_and_nothing_is_lost() {
        let text = "Hi @ann, see @bob@v.example. #Lunch2 at https://a.example/x?y=1). a@b.c #1";
        let found = pieces(text);
        assert!(found.contains(&Piece::Mention("ann")));
        assert!(found.contains(&Piece::Mention("bob@v.example")));
        assert!(found.contains(&Piece::Hashtag("Lunch2")));
        assert!(found.contains(&Piece::Link("https://a.example/x?y=1")));
        assert_eq!(found.iter().filter(|p| !matches!(p, Piece::Words(_))).count(), 4);
        let again: String = found
            .iter()
            .map(|piece| match piece {
                Piece::Words(w) | Piece::Link(w) => (*w).to_owned(),
                Piece::Mention(w) => format!("@{w}"),
                Piece::Hashtag(w) => format!("#{w}"),
            })
            .collect();
        assert_eq!(again, text);
    }

    #[test]
    fn a_flood_of_signs_stays_words() {
        for flood in ["@".repeat(100_000), "#".repeat(100_000), "@a".repeat(50_000)] {
            assert!(pieces(&flood).len() < 10);
        }
    }
}
