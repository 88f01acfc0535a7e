//! What was wrong with a form, in words that say what to do.

use carefolk_app::Error;
use carefolk_app::pictures::DESCRIPTION_FIELDS;
use carefolk_domain::{FieldError, Invalid};
use carefolk_i18n::{self as i18n, Arg, Locale};

use crate::answer::Failure;
use crate::view::Errors;

/// The errors of a form, if that is what went wrong.
///
/// # Errors
///
/// Everything else that went wrong.
pub(crate) fn form_errors(locale: Locale, error: Error) -> Result<Errors, Failure> {
    let Error::Invalid(fields) = error else { return Err(error.into()) };
    let mut errors = Errors::none();
    for wrong in fields {
        errors.add(wrong.field, words(locale, wrong));
    }
    Ok(errors)
}

/// What to do about one field: words of its own if there are any, else words for the kind.
pub(crate) fn words(locale: Locale, wrong: FieldError) -> String {
    let (kind, max) = kind(wrong.invalid);
    let mut max: Vec<(&'static str, Arg<'_>)> =
        max.into_iter().map(|max| ("max", Arg::from(max))).collect();
    // The descriptions of the pictures of a post are one question, asked again and again.
    let number = DESCRIPTION_FIELDS.iter().position(|field| *field == wrong.field);
    max.extend(number.map(|number| ("number", Arg::from(number + 1))));
    let field = if number.is_some() { "description" } else { wrong.field };
    let own = format!("wrong-{field}-{kind}");
    let said = i18n::text(locale, &own, &max);
    if said == own { i18n::text(locale, &format!("wrong-{kind}"), &max) } else { said }
}

fn kind(invalid: Invalid) -> (&'static str, Option<usize>) {
    match invalid {
        Invalid::Missing => ("missing", None),
        Invalid::TooLong(max) => ("too-long", Some(max)),
        Invalid::TooShort(min) => ("too-short", Some(min)),
        Invalid::TooMany(max) => ("too-many", Some(max)),
        Invalid::TooFew(min) => ("too-few", Some(min)),
        Invalid::Format => ("format", None),
        Invalid::Taken => ("taken", None),
        Invalid::Reserved => ("reserved", None),
        Invalid::Choice => ("choice", None),
        Invalid::Unknown => ("unknown", None),
        Invalid::TooLarge => ("too-large", None),
        Invalid::Broken => ("broken", None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(field: &'static str, invalid: Invalid) -> String {
        words(Locale::En, FieldError { field, invalid })
    }

    #[test]
    fn every_kind_has_words_for_a_field_nobody_thought_of() {
        for invalid in [
            Invalid::Missing,
            Invalid::TooLong(3),
            Invalid::TooShort(3),
            Invalid::TooMany(3),
            Invalid::TooFew(3),
            Invalid::Format,
            Invalid::Taken,
            Invalid::Reserved,
            Invalid::Choice,
            Invalid::Unknown,
            Invalid::TooLarge,
            Invalid::Broken,
        ] {
            let said = say("unheard_of", invalid);
            assert!(!said.starts_with("wrong-"), "{said}");
        }
        assert_eq!(
            say("unheard_of", Invalid::TooLong(3)),
            "Make this shorter: 3 characters at most"
        );
    }

    #[test]
    fn a_known_field_has_words_of_its_own() {
        assert_eq!(say("email", Invalid::Missing), "Enter your email address");
        let said = say("title", Invalid::TooLong(300));
        assert_eq!(said, "Make the title shorter: 300 characters at most");
    }
}
