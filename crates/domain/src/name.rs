//! Names that people of other servers show, so that they look like what they are (S-062).
//!
//! A name proves nothing, and may say anything: who it is stands beside it, as an address. But it must
//! not be able to rearrange or empty the line that it stands in.

/// `name` without what nobody sees: controls, marks that turn the direction of a line, and letters
/// without a shape. Joiners stay where they shape letters of scripts that need them, and emoji.
pub fn tidy(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        if is_joiner(letter) {
            let before = out.chars().next_back().is_some_and(may_join);
            if before && letters.peek().copied().is_some_and(may_join) {
                out.push(letter);
            }
        } else if letter.is_whitespace() || letter.is_control() {
            out.push(' ');
        } else if !is_unseen(letter) {
            out.push(letter);
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Zero width non-joiner and joiner: Persian, Indic scripts and families of emoji need them.
fn is_joiner(letter: char) -> bool {
    matches!(letter, '\u{200c}' | '\u{200d}')
}

/// Whether a joiner may stand beside this: no Latin, Greek or Cyrillic word has one.
fn may_join(letter: char) -> bool {
    letter > '\u{05ff}' && !is_unseen(letter) && !letter.is_whitespace()
}

/// Whether a letter has no shape of its own, or changes the direction of its line (Unicode's
/// `Default_Ignorable_Code_Point` and `Bidi_Control`, without the joiners, and with the marks for
/// interlinear notes). The selector that makes a sign an emoji stays.
fn is_unseen(letter: char) -> bool {
    matches!(letter,
        '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_not_in_a_name() {
        for (name, shown) in [
            ("Ann  of\tAlder\u{2028}brook", "Ann of Alder brook"),
            ("\u{202e}licnuoC", "licnuoC"),
            ("\u{2066}Council\u{2069}\u{200f}", "Council"),
            ("Coun\u{200b}cil", "Council"),
            ("Coun\u{200d}cil", "Council"),
            ("\u{200b}\u{2800}\u{3164}\u{feff}", ""),
            ("Council\u{0}\u{1b}[31m", "Council [31m"),
            ("A\u{e0041}\u{fe01}", "A"),
        ] {
            assert_eq!(tidy(name), shown, "{name:?}");
        }
    }

    #[test]
    fn names_of_all_scripts_stay_as_they_are_written() {
        for name in [
            "Llŷr ap Siôn",
            "علی\u{200c}رضا",
            "ක්\u{200d}ෂ",
            "Zoë 👩\u{200d}👧 ❤\u{fe0f}",
            "مريم 2",
            "Ελένη Иван",
        ] {
            assert_eq!(tidy(name), name);
        }
    }
}
