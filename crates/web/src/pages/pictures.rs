//! The part of a form that has to do with pictures: one at a time, each with what it shows.

use std::fs::File;
use std::io::Seek;
use std::sync::Arc;

use carefolk_app::Error;
use carefolk_app::pictures::{DESCRIPTION_FIELDS, NewPicture, PictureView};
use carefolk_domain::picture::PICTURES_MAX;
use carefolk_domain::{FieldError, Focus, Invalid};

use crate::answer::Failure;
use crate::fields::SentFile;
use crate::view::{Choice, Choices, Errors, Field, Item, KeptPicture, PictureItems};
use crate::web::Web;
use crate::wrong::words;

/// The file of a picture that is to be added, and its name in errors.
const FILE: &str = "picture_file";

/// What that picture shows.
const NEW_DESCRIPTION: &str = "description_new";

/// The pictures that stay, in their order.
const KEY: &str = "picture";

/// The pictures that do not.
const LEAVE_OUT: &str = "leave_out";

/// The fields of the parts that have to be seen.
const FOCUS_FIELDS: [&str; PICTURES_MAX] = ["focus_1", "focus_2", "focus_3", "focus_4"];

/// The pictures of a form, as they were sent.
pub(crate) struct Sent {
    kept: Vec<(PictureView, String, Focus)>,
    wrong: Option<FieldError>,
    /// What stands in the field for what a picture shows that was not taken.
    new_description: String,
    /// Whether the button was pressed that adds one, and nothing else.
    is_adding: bool,
    added: bool,
}

impl Sent {
    /// Pictures as they stand, on a form that nobody sent yet.
    pub(crate) fn standing(pictures: &[PictureView]) -> Self {
        let kept = pictures
            .iter()
            .map(|view| (view.clone(), view.description.clone().unwrap_or_default(), view.focus));
        let new_description = String::new();
        let kept = kept.collect();
        Self { kept, wrong: None, new_description, is_adding: false, added: false }
    }

    /// Reads them from the form, and takes in the one that came with it. `own` are those that stand in the
    /// post already.
    ///
    /// # Errors
    ///
    /// What went wrong, if that was not the picture.
    pub(crate) async fn read(web: &Web, own: &[PictureView]) -> Result<Self, Failure> {
        let fields = web.fields();
        let mut sent = Self::standing(&[]);
        sent.is_adding = fields.get("act") == "picture";
        let keys: Vec<String> = fields.all(KEY).take(PICTURES_MAX).map(str::to_owned).collect();
        if keys.is_empty() && matches!(fields.file(), SentFile::None) {
            if sent.is_adding {
                sent.wrong = Some(FieldError { field: FILE, invalid: Invalid::Missing });
            }
            return Ok(sent);
        }
        let loose = web.app().pictures().loose(web.caller(), &keys).await?;
        let left_out: Vec<&str> = fields.all(LEAVE_OUT).collect();
        for ((key, description), focus) in keys.iter().zip(DESCRIPTION_FIELDS).zip(FOCUS_FIELDS) {
            let view = own.iter().chain(&loose).find(|view| view.key == *key);
            let Some(view) = view.filter(|_| !left_out.contains(&key.as_str())) else { continue };
            let focus = Focus::from_word(fields.get(focus)).unwrap_or_default();
            sent.kept.push((view.clone(), fields.get(description).to_owned(), focus));
        }
        sent.new_description = fields.get(NEW_DESCRIPTION).to_owned();
        sent.add(web).await?;
        Ok(sent)
    }

    async fn add(&mut self, web: &Web) -> Result<(), Failure> {
        let invalid = match web.fields().file() {
            SentFile::None if self.is_adding => Invalid::Missing,
            SentFile::None => return Ok(()),
            SentFile::TooLarge => Invalid::TooLarge,
            SentFile::Here(_) if self.kept.len() >= PICTURES_MAX => Invalid::TooMany(PICTURES_MAX),
            SentFile::Here(file) => match take_in(web, file).await {
                Ok(view) => {
                    let description = std::mem::take(&mut self.new_description);
                    self.kept.push((view, description, Focus::default()));
                    self.added = true;
                    return Ok(());
                }
                Err(Error::Invalid(wrong)) => {
                    wrong.first().map_or(Invalid::Broken, |wrong| wrong.invalid)
                }
                Err(other) => return Err(other.into()),
            },
        };
        self.wrong = Some(FieldError { field: FILE, invalid });
        Ok(())
    }

    /// What is wrong, where the form has to be shown again before anything is published; with nothing
    /// wrong, where a picture was added to it.
    pub(crate) fn again(&self, web: &Web) -> Option<Errors> {
        let mut errors = Errors::none();
        if let Some(wrong) = self.wrong {
            errors.add(wrong.field, words(web.visit().frame.locale, wrong));
        } else if !self.is_adding {
            return None;
        }
        Some(errors)
    }

    /// What the page says about it.
    pub(crate) fn said(&self, web: &Web) -> Option<String> {
        (self.added && self.is_adding).then(|| web.t("picture-added"))
    }

    /// The pictures, for the application.
    pub(crate) fn pictures(&self) -> Vec<NewPicture> {
        let new = |(view, description, focus): &(PictureView, String, Focus)| NewPicture {
            key: view.key.clone(),
            description: Some(description.clone()).filter(|words| !words.trim().is_empty()),
            focus: *focus,
        };
        self.kept.iter().map(new).collect()
    }

    /// The part of the form.
    pub(crate) fn item(&self, web: &Web, errors: &Errors) -> Item {
        let kept = self.kept.iter().zip(DESCRIPTION_FIELDS).zip(FOCUS_FIELDS);
        let kept = (1_usize..).zip(kept).map(|(number, ((picture, name), focus_name))| {
            let (view, description, focus) = picture;
            let field = Field::area(name, web.t("picture-description"), 3);
            let choice = |it: Focus| {
                let words = web.t(&format!("picture-focus-{}", it.word()));
                Choice::new(it.word(), words, focus.word())
            };
            KeptPicture {
                number,
                legend: web.with("picture-number", "number", number),
                leave_out: web.with("picture-leave-out", "number", number),
                key: view.key.clone(),
                size: view.small_size,
                description: field.filled(description, errors),
                focus: Choices::new(
                    focus_name,
                    web.t("picture-focus"),
                    Focus::ALL.map(choice).into(),
                    errors,
                ),
            }
        });
        let kept: Vec<KeptPicture> = kept.collect();
        let has_errors = errors.lines().iter().any(|line| is_ours(line.field));
        let is_open = !kept.is_empty() || has_errors || !self.new_description.is_empty();
        let file = Field::line(FILE, web.t("picture-file")).hint(web.t("picture-file-hint"));
        let words = Field::area(NEW_DESCRIPTION, web.t("picture-description"), 3);
        let words = words.hint(web.t("picture-description-hint"));
        let add = (kept.len() < PICTURES_MAX)
            .then(|| (file.filled("", errors), words.filled(&self.new_description, errors)));
        Item::Pictures(Box::new(PictureItems { is_open, kept, add }))
    }
}

fn is_ours(field: &str) -> bool {
    field == FILE || field == "pictures" || DESCRIPTION_FIELDS.contains(&field)
}

async fn take_in(web: &Web, file: &Arc<File>) -> Result<PictureView, Error> {
    let again = |error: std::io::Error| {
        tracing::error!(%error, "a picture that was sent could not be read again");
        Error::Busy
    };
    let mut file = file.try_clone().map_err(again)?;
    file.rewind().map_err(again)?;
    web.app().pictures().take_in(web.caller(), file).await
}
