//! Forms: fields with their words, and what was wrong with them.

/// One line of an error summary.
#[derive(Clone, Debug)]
pub(crate) struct ErrorLine {
    /// The field's name.
    pub field: &'static str,
    /// Where the link leads: the field itself, or nothing.
    pub href: String,
    /// What to do, in words.
    pub words: String,
}

/// What was wrong with a form.
#[derive(Clone, Debug, Default)]
pub(crate) struct Errors(Vec<ErrorLine>);

impl Errors {
    /// Nothing was wrong.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Notes what was wrong with a field.
    pub(crate) fn add(&mut self, field: &'static str, words: String) {
        self.0.push(ErrorLine { field, href: format!("#{field}"), words });
    }

    /// Notes why a field is not there to be filled in.
    pub(crate) fn add_without_field(&mut self, field: &'static str, words: String) {
        self.0.push(ErrorLine { field, href: String::new(), words });
    }

    /// Notes what was wrong with the whole.
    pub(crate) fn add_general(&mut self, words: String) {
        self.0.push(ErrorLine { field: "", href: String::new(), words });
    }

    /// The lines, in the order of the form.
    pub(crate) fn lines(&self) -> &[ErrorLine] {
        &self.0
    }

    /// Whether nothing was wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was wrong with one field.
    pub(crate) fn of(&self, field: &str) -> Option<String> {
        self.0.iter().find(|line| line.field == field).map(|line| line.words.clone())
    }
}

/// A box to type in.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Its name and its `id`.
    pub name: &'static str,
    /// What it asks.
    pub label: String,
    /// A sentence that helps.
    pub hint: Option<String>,
    /// What stands in it.
    pub value: String,
    /// What was wrong with it.
    pub error: Option<String>,
    /// The `type` of the input.
    pub kind: &'static str,
    /// The `autocomplete` word.
    pub autocomplete: Option<&'static str>,
    /// Rows of a box for long text; none for one line.
    pub rows: u8,
    /// Whether it is short.
    pub short: bool,
    /// Whether it holds no words: names and addresses.
    pub spellcheck_off: bool,
    /// Whether the page begins there.
    pub autofocus: bool,
}

impl Field {
    /// One line of text.
    pub(crate) fn line(name: &'static str, label: String) -> Self {
        Self {
            name,
            label,
            hint: None,
            value: String::new(),
            error: None,
            kind: "text",
            autocomplete: None,
            rows: 0,
            short: false,
            spellcheck_off: false,
            autofocus: false,
        }
    }

    /// A box for long text.
    pub(crate) fn area(name: &'static str, label: String, rows: u8) -> Self {
        Self { rows, ..Self::line(name, label) }
    }

    /// With a sentence that helps.
    #[must_use]
    pub(crate) fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }

    /// With what the person wrote, and what was wrong with it.
    #[must_use]
    pub(crate) fn filled(mut self, value: &str, errors: &Errors) -> Self {
        value.clone_into(&mut self.value);
        self.error = errors.of(self.name);
        self
    }

    /// With a `type`.
    #[must_use]
    pub(crate) fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    /// With a word for password managers and browsers.
    #[must_use]
    pub(crate) fn autocomplete(mut self, word: &'static str) -> Self {
        self.autocomplete = Some(word);
        self
    }

    /// For a name or an address, which no spelling check should touch.
    #[must_use]
    pub(crate) fn code(mut self) -> Self {
        self.spellcheck_off = true;
        self
    }

    /// Made narrow, because the answer is short.
    #[must_use]
    pub(crate) fn short(mut self) -> Self {
        self.short = true;
        self
    }

    /// The ids of what describes it.
    pub(crate) fn described_by(&self) -> Option<String> {
        described_by(self.name, self.hint.is_some(), self.error.is_some())
    }
}

fn described_by(name: &str, hint: bool, error: bool) -> Option<String> {
    let hint = hint.then(|| format!("{name}-hint"));
    let error = error.then(|| format!("{name}-error"));
    let ids: Vec<String> = hint.into_iter().chain(error).collect();
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// One of several answers.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    /// Its `id`.
    pub id: String,
    /// What is sent.
    pub value: String,
    /// What it says.
    pub label: String,
    /// A sentence that helps.
    pub hint: Option<String>,
    /// The language of the label, if that is not the page's.
    pub lang: Option<&'static str>,
    /// Whether it is chosen.
    pub checked: bool,
}

impl Choice {
    /// An answer, chosen if it is `chosen`.
    pub(crate) fn new(value: &str, label: String, chosen: &str) -> Self {
        Self {
            id: String::new(),
            checked: value == chosen,
            value: value.to_owned(),
            label,
            hint: None,
            lang: None,
        }
    }

    /// With a sentence that helps.
    #[must_use]
    pub(crate) fn hint(mut self, hint: String) -> Self {
        self.hint = Some(hint);
        self
    }
}

/// A question with several answers.
#[derive(Clone, Debug)]
pub(crate) struct Choices {
    /// The field's name.
    pub name: &'static str,
    /// The question.
    pub legend: String,
    /// What was wrong with it.
    pub error: Option<String>,
    /// The answers. The first has the field's name as its `id`, for links of errors.
    pub options: Vec<Choice>,
}

impl Choices {
    /// A question.
    pub(crate) fn new(
        name: &'static str,
        legend: String,
        options: Vec<Choice>,
        errors: &Errors,
    ) -> Self {
        let mut options = options;
        for option in &mut options {
            option.id = format!("{name}-{}", option.value);
        }
        if let Some(first) = options.first_mut() {
            name.clone_into(&mut first.id);
        }
        Self { name, legend, error: errors.of(name), options }
    }

    /// The ids of what describes it.
    pub(crate) fn described_by(&self) -> Option<String> {
        described_by(self.name, false, self.error.is_some())
    }
}

/// A part of a form.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// Sent, not shown.
    Hidden(&'static str, String),
    /// A box to type in.
    Input(Field),
    /// Answers as radio buttons.
    Choices(Choices),
    /// Answers as a list to open.
    Select(Choices),
    /// Pictures, and the way to add one.
    Pictures(Box<PictureItems>),
}

impl Item {
    /// Whether it sends a file.
    pub(crate) fn has_file(&self) -> bool {
        matches!(self, Self::Pictures(_))
    }
}

/// The pictures of what is being written.
#[derive(Clone, Debug)]
pub(crate) struct PictureItems {
    /// What the part is called.
    pub summary: String,
    /// What the button says that adds one.
    pub button: String,
    /// Those that stood when the form was opened, with spaces between.
    pub stood: String,
    /// Whether they are shown at once.
    pub is_open: bool,
    /// What is wrong with all of them together.
    pub error: Option<String>,
    /// Those that are there.
    pub kept: Vec<KeptPicture>,
    /// The file of another and what it shows, unless there are as many as there may be.
    pub add: Option<(Field, Field)>,
}

/// A picture that is there.
#[derive(Clone, Debug)]
pub(crate) struct KeptPicture {
    /// Which it is, from 1.
    pub number: usize,
    /// The same in words.
    pub legend: String,
    /// The choice that takes it out again.
    pub leave_out: String,
    /// What it is called.
    pub key: String,
    /// Pixels of the small one, across and down.
    pub size: (u32, u32),
    /// What it shows, as far as that was said.
    pub alt: String,
    /// The field for it.
    pub description: Field,
    /// The part that has to be seen.
    pub focus: Choices,
}

/// Parts of a form that most people do not need.
#[derive(Clone, Debug)]
pub(crate) struct More {
    /// What they are.
    pub summary: String,
    /// Whether they are shown at once.
    pub open: bool,
    /// The parts.
    pub items: Vec<Item>,
}
