//! The parts of forms that write: who, what, for whom, in which language.

use carefolk_domain::{Audience, Lang};

use crate::answer::Failure;
use crate::languages::LANGUAGES;
use crate::view::{Choice, Choices, Errors, Field, Item};
use crate::web::Web;

/// Somebody in whose name one may write: the local name, and the words for the choice.
pub(crate) struct Voice {
    /// The local name.
    pub handle: String,
    /// What the choice says.
    pub label: String,
}

/// Oneself, and the providers whose teams one is in.
pub(crate) async fn voices(web: &Web) -> Result<Vec<Voice>, Failure> {
    let member = web.member()?;
    let me = Voice {
        handle: member.handle.clone(),
        label: web.with("write-as-me", "name", &member.name),
    };
    let mine = web.app().providers().mine(member).await?;
    let providers = mine
        .into_iter()
        .map(|(provider, _)| Voice { handle: provider.handle, label: provider.name });
    Ok(std::iter::once(me).chain(providers).collect())
}

/// The question who is posting.
pub(crate) fn author(web: &Web, voices: &[Voice], legend: String, errors: &Errors) -> Choices {
    let sent = web.fields().get("author");
    let asked = if sent.is_empty() { web.query("as") } else { sent };
    let chosen = voices.iter().find(|voice| voice.handle == asked).or(voices.first());
    let chosen = chosen.map_or("", |voice| voice.handle.as_str());
    let options = voices
        .iter()
        .map(|voice| Choice::new(&voice.handle, voice.label.clone(), chosen))
        .collect();
    Choices::new("author", legend, options, errors)
}

/// The box for the text, with what was sent.
pub(crate) fn text(web: &Web, label: &str, hint: Option<&str>, rows: u8, errors: &Errors) -> Item {
    let field = Field::area("text", web.t(label), rows).filled(web.fields().get("text"), errors);
    Item::Input(match hint {
        Some(key) => field.hint(web.t(key)),
        None => field,
    })
}

/// One line of the form, with a hint and a value.
pub(crate) fn line(
    web: &Web,
    name: &'static str,
    keys: (&str, &str),
    value: &str,
    errors: &Errors,
) -> Item {
    Item::Input(Field::line(name, web.t(keys.0)).hint(web.t(keys.1)).filled(value, errors))
}

/// The question who can see it. All answers stand together: the keyboard goes through radio buttons
/// of one name as through one thing, wherever they are.
pub(crate) fn audience(web: &Web, chosen: Audience, errors: &Errors) -> Choices {
    let choice = |audience: Audience| {
        let key = format!("write-audience-{}", audience.word());
        let hint = web.t(&format!("{key}-hint"));
        Choice::new(audience.word(), web.t(&key), chosen.word()).hint(hint)
    };
    let all = [Audience::Public, Audience::Local, Audience::Quiet, Audience::Followers];
    Choices::new("audience", web.t("write-audience"), all.map(choice).into(), errors)
}

/// The question `label` in which language it is.
pub(crate) fn language(web: &Web, label: &str, chosen: &str, errors: &Errors) -> Choices {
    let mut options: Vec<Choice> = LANGUAGES
        .iter()
        .map(|(tag, name)| Choice {
            lang: Some(tag),
            ..Choice::new(tag, (*name).to_owned(), chosen)
        })
        .collect();
    // A post that was imported or changed may be in a language that we do not offer.
    if !options.iter().any(|option| option.checked) && Lang::parse(chosen).is_some() {
        options.push(Choice::new(chosen, chosen.to_owned(), chosen));
    }
    Choices::new("lang", web.t(label), options, errors)
}
