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

/// All pictures together, in errors.
const ALL: &str = "pictures";

/// What the picture shows that is to be added.
const NEW_DESCRIPTION: &str = "description_new";

/// The pictures that stood when the form was opened.
const STOOD: &str = "stood";

/// What the button sends that sends nothing but pictures.
const STEP: &str = "picture";

/// The pictures that are there, in their order.
const KEY_FIELDS: [&str; PICTURES_MAX] = ["picture_1", "picture_2", "picture_3", "picture_4"];

/// Those of them that do not stay.
const LEAVE_OUT_FIELDS: [&str; PICTURES_MAX] =
    ["leave_out_1", "leave_out_2", "leave_out_3", "leave_out_4"];

/// The fields of the parts that have to be seen.
const FOCUS_FIELDS: [&str; PICTURES_MAX] = ["focus_1", "focus_2", "focus_3", "focus_4"];

/// The pictures of a form, as they were sent.
#[derive(Default)]
pub(crate) struct Sent {
    kept: Vec<Kept>,
    /// The field of what is wrong, and the words for it.
    wrong: Option<(&'static str, String)>,
    /// What is said about a picture that is not there yet.
    new_description: String,
    /// Whether the button was pressed that sends nothing but pictures.
    is_step: bool,
    /// Those that stood when the form was opened, or were seen on it since: one of them that is not on it any more was
    /// left out.
    stood: Vec<String>,
    /// Whether there is one alone: that of somebody. A new one takes the place of the one before.
    is_portrait: bool,
}

/// A picture that is there.
struct Kept {
    view: PictureView,
    description: String,
    focus: Focus,
    /// Whether it came with this form.
    is_new: bool,
}

impl Sent {
    /// Pictures as they stand, on a form that nobody sent yet.
    pub(crate) fn standing(pictures: &[PictureView]) -> Self {
        let stood = pictures.iter().map(|view| view.key.clone()).collect();
        Self { kept: Self::standing_all(pictures.iter()).collect(), stood, ..Self::default() }
    }

    fn standing_all<'a>(
        pictures: impl Iterator<Item = &'a PictureView>,
    ) -> impl Iterator<Item = Kept> {
        pictures.map(|view| Kept {
            view: view.clone(),
            description: view.description.clone().unwrap_or_default(),
            focus: view.focus,
            is_new: false,
        })
    }

    /// The picture of somebody as it stands, on a form that nobody sent yet.
    pub(crate) fn portrait(picture: Option<&PictureView>) -> Self {
        Self {
            kept: Self::standing_all(picture.into_iter()).collect(),
            stood: picture.into_iter().map(|view| view.key.clone()).collect(),
            is_portrait: true,
            ..Self::default()
        }
    }

    /// Reads the picture of somebody from the form, as [`Sent::read`].
    ///
    /// # Errors
    ///
    /// As [`Sent::read`].
    pub(crate) async fn read_portrait(
        web: &Web,
        own: Option<&PictureView>,
    ) -> Result<Self, Failure> {
        let sent = Self { is_portrait: true, ..Self::default() };
        sent.read_into(web, own.map_or(&[], std::slice::from_ref)).await
    }

    /// Reads them from the form, and takes in the one that came with it. `own` are those that stand in the
    /// post already.
    ///
    /// # Errors
    ///
    /// What went wrong, if that was not the picture.
    pub(crate) async fn read(web: &Web, own: &[PictureView]) -> Result<Self, Failure> {
        Self::default().read_into(web, own).await
    }

    async fn read_into(self, web: &Web, own: &[PictureView]) -> Result<Self, Failure> {
        let fields = web.fields();
        let mut sent = Self {
            is_step: fields.get("act") == STEP,
            new_description: fields.get(NEW_DESCRIPTION).to_owned(),
            stood: fields.get(STOOD).split_whitespace().map(str::to_owned).collect(),
            ..self
        };
        let keys = KEY_FIELDS.map(|field| fields.get(field).to_owned());
        let asked: Vec<String> = keys.iter().filter(|key| !key.is_empty()).cloned().collect();
        let loose = web.app().pictures().loose(web.caller(), &asked).await?;
        let left_out = LEAVE_OUT_FIELDS.map(|field| fields.get(field));
        for ((key, name), focus) in keys.iter().zip(DESCRIPTION_FIELDS).zip(FOCUS_FIELDS) {
            if key.is_empty() || left_out.contains(&key.as_str()) {
                continue;
            }
            let description = fields.get(name).to_owned();
            match own.iter().chain(&loose).find(|view| view.key == *key) {
                Some(view) => sent.kept.push(Kept {
                    view: view.clone(),
                    description,
                    focus: Focus::from_word(fields.get(focus)).unwrap_or_default(),
                    is_new: false,
                }),
                None => sent.lose(web, description),
            }
        }
        // A colleague put it there while this form stood open.
        let stood = std::mem::take(&mut sent.stood);
        let meanwhile = own.iter().filter(|view| {
            let is_known = keys.contains(&view.key) || stood.contains(&view.key);
            !is_known && !left_out.contains(&view.key.as_str())
        });
        sent.kept.extend(Self::standing_all(meanwhile));
        sent.stood = own.iter().map(|view| view.key.clone()).collect();
        sent.add(web, left_out.iter().any(|key| !key.is_empty())).await;
        Ok(sent)
    }

    /// A picture that was on the form is not here any more: what was written about it stays.
    fn lose(&mut self, web: &Web, description: String) {
        if self.new_description.trim().is_empty() {
            self.new_description = description;
        }
        let wrong = FieldError { field: ALL, invalid: Invalid::Unknown };
        self.wrong = Some((ALL, words(web.visit().frame.locale, wrong)));
    }

    async fn add(&mut self, web: &Web, left_some_out: bool) {
        let is_full = !self.is_portrait && self.kept.len() >= PICTURES_MAX;
        let is_awaited = !self.new_description.trim().is_empty();
        let invalid = match web.fields().file() {
            SentFile::None if is_awaited && !is_full => Invalid::Missing,
            SentFile::None if self.is_step && !left_some_out => Invalid::Missing,
            SentFile::None => return,
            SentFile::TooLarge => Invalid::TooLarge,
            SentFile::NoPlace => return self.refuse(web, &Error::Busy),
            SentFile::Here(_) if is_full => Invalid::TooMany(PICTURES_MAX),
            SentFile::Here(file) => match take_in(web, file).await {
                Ok(view) => {
                    let description = std::mem::take(&mut self.new_description);
                    if self.is_portrait {
                        self.kept.clear();
                    }
                    self.kept.push(Kept {
                        view,
                        description,
                        focus: Focus::default(),
                        is_new: true,
                    });
                    return;
                }
                Err(Error::Invalid(wrong)) => {
                    wrong.first().map_or(Invalid::Broken, |wrong| wrong.invalid)
                }
                Err(error) => return self.refuse(web, &error),
            },
        };
        let locale = web.visit().frame.locale;
        let said = words(locale, FieldError { field: FILE, invalid });
        let field = if is_full { ALL } else { FILE };
        self.wrong.get_or_insert((field, said));
    }

    /// It is not the picture: everything that was written stays on the form all the same.
    fn refuse(&mut self, web: &Web, error: &Error) {
        tracing::warn!(%error, "a picture was not taken in");
        let key = match error {
            Error::Throttled { .. } => "picture-throttled",
            _ => "picture-busy",
        };
        self.wrong.get_or_insert((FILE, web.t(key)));
    }

    /// What is wrong, where the form has to be shown again before anything is published; with nothing
    /// wrong, where only its pictures changed.
    pub(crate) fn again(&self) -> Option<Errors> {
        let mut errors = Errors::none();
        if let Some((field, said)) = &self.wrong {
            errors.add(field, said.clone());
        } else if !self.is_step {
            return None;
        }
        Some(errors)
    }

    /// The pictures, for the application.
    pub(crate) fn pictures(&self) -> Vec<NewPicture> {
        let new = |kept: &Kept| NewPicture {
            key: kept.view.key.clone(),
            description: Some(kept.description.clone()).filter(|words| !words.trim().is_empty()),
            focus: kept.focus,
        };
        self.kept.iter().map(new).collect()
    }

    /// The part of the form.
    pub(crate) fn item(&self, web: &Web, errors: &Errors) -> Item {
        let names = DESCRIPTION_FIELDS.into_iter().zip(FOCUS_FIELDS);
        let kept = (1_usize..).zip(self.kept.iter().zip(names));
        let kind = if self.is_portrait { "portrait" } else { "picture" };
        let kept: Vec<KeptPicture> =
            kept.map(|(number, (it, names))| it.item(web, (kind, number), names, errors)).collect();
        let has_errors = errors.lines().iter().any(|line| is_ours(line.field));
        let is_open = !kept.is_empty() || has_errors || !self.new_description.is_empty();
        let another = self.is_portrait && !kept.is_empty();
        let file = web.t(if another { "portrait-file" } else { "picture-file" });
        let file = Field::line(FILE, file).hint(web.t("picture-file-hint"));
        let shows = if another { "portrait-description-new" } else { "picture-description-new" };
        let words = Field::area(NEW_DESCRIPTION, web.t(shows), 3);
        let words = words.hint(web.t(&format!("{kind}-description-hint")));
        let add = (self.is_portrait || kept.len() < PICTURES_MAX)
            .then(|| (file.filled("", errors), words.filled(&self.new_description, errors)));
        let error = errors.of(ALL);
        let summary = web.t(&format!("{kind}-summary"));
        let button = web.t(&format!("{kind}-add"));
        let stood = self.stood.join(" ");
        Item::Pictures(Box::new(PictureItems { summary, button, stood, is_open, error, kept, add }))
    }
}

impl Kept {
    fn item(
        &self,
        web: &Web,
        (kind, number): (&'static str, usize),
        (name, focus_name): (&'static str, &'static str),
        errors: &Errors,
    ) -> KeptPicture {
        let numbered = |key: &str| web.with(&format!("{kind}-{key}"), "number", number);
        let mut field = Field::area(name, numbered("description"), 3);
        // Who added it goes on there, and hears that it worked.
        field.autofocus = self.is_new && errors.is_empty();
        if self.is_new {
            field = field.hint(numbered("added"));
        }
        let choice = |it: Focus| {
            let words = web.t(&format!("picture-focus-{}", it.word()));
            Choice::new(it.word(), words, self.focus.word())
        };
        let focus = Focus::ALL.map(choice).into();
        let described = Some(self.description.clone()).filter(|words| !words.trim().is_empty());
        KeptPicture {
            number,
            legend: numbered("number"),
            leave_out: numbered("leave-out"),
            key: self.view.key.clone(),
            size: self.view.small_size,
            alt: described.unwrap_or_else(|| numbered("chosen")),
            description: field.filled(&self.description, errors),
            focus: Choices::new(focus_name, numbered("focus"), focus, errors),
        }
    }
}

fn is_ours(field: &str) -> bool {
    field == FILE || field == ALL || DESCRIPTION_FIELDS.contains(&field)
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
