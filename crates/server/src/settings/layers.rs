//! Where settings come from, laid over each other; the last one wins.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use config::{Config, File, FileFormat, Source, Value, ValueKind};

use super::sections::Sections;

/// The file with every key; built in, so that the program runs without any.
const DEFAULTS: &str = include_str!("../../../../config/default.toml");

/// What every variable begins with. `CAREFOLK__HTTP__LISTEN` is `http.listen`.
const VARIABLE_PREFIX: &str = "CAREFOLK__";

/// The variable that names the file.
const FILE_VARIABLE: &str = "CAREFOLK_CONFIG";

/// The outside that settings are read from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// The file, if there is one.
    pub(crate) file: Option<PathBuf>,
    /// The environment variables that are ours.
    pub(crate) variables: Vec<(String, String)>,
}

impl Sources {
    /// What this process was started with; `named` is the file of `--config`.
    pub(crate) fn of_process(named: Option<PathBuf>) -> anyhow::Result<Self> {
        let mut file = named;
        let mut variables = Vec::new();
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str() else { continue };
            if name == FILE_VARIABLE {
                file = file.or_else(|| (!value.is_empty()).then(|| PathBuf::from(value)));
            } else if name.starts_with(VARIABLE_PREFIX) {
                variables.push((name.to_owned(), text(name, value)?));
            }
        }
        variables.sort();
        let usual = || Some(super::usual_file().to_owned()).filter(|path| path.exists());
        Ok(Self { file: file.or_else(usual), variables })
    }
}

fn text(name: &str, value: OsString) -> anyhow::Result<String> {
    value.into_string().map_err(|_value| anyhow!("the variable {name} is not UTF-8 text"))
}

/// Values by key, such as `http.listen`.
type Flat = BTreeMap<String, Value>;

/// All keys with the value in force and where it came from.
#[derive(Clone, Debug)]
pub(super) struct Layers(BTreeMap<String, (Value, String)>);

impl Layers {
    /// The settings as structs.
    pub(super) fn sections(&self) -> anyhow::Result<Sections> {
        let mut builder = Config::builder();
        for (key, (value, _)) in &self.0 {
            builder = builder.set_override(key, value.clone())?;
        }
        Ok(builder.build()?.try_deserialize()?)
    }

    /// Where the value of `key` came from.
    pub(super) fn from(&self, key: &str) -> &str {
        self.0.get(key).map_or("default", |(_, from)| from)
    }

    /// Every key, its value and where it came from.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value, &str)> {
        self.0.iter().map(|(key, (value, from))| (key.as_str(), value, from.as_str()))
    }

    /// Lays one more value on top, if `key` is known and the value is of its kind.
    fn lay(&mut self, key: &str, value: Value, from: &str) -> anyhow::Result<()> {
        let Some((known, known_from)) = self.0.get_mut(key) else {
            let near = nearest(key, self.0.keys()).map(|near| format!("; did you mean {near}?"));
            bail!("unknown setting {key} in {from}{}", near.unwrap_or_default());
        };
        let (wanted, got) = (kind(&known.kind), kind(&value.kind));
        if wanted != got {
            bail!("{key} in {from} must be {wanted}, not {got}");
        }
        *known = value;
        from.clone_into(known_from);
        Ok(())
    }
}

/// Reads defaults, file and variables, in this order.
pub(super) fn read(sources: &Sources) -> anyhow::Result<Layers> {
    let defaults = parse(DEFAULTS).context("config/default.toml")?;
    let mut layers = Layers(
        defaults.into_iter().map(|(key, value)| (key, (value, "default".to_owned()))).collect(),
    );
    if let Some(path) = &sources.file {
        let from = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("could not read the settings in {from}"))?;
        for (key, value) in parse(&text).with_context(|| from.clone())? {
            layers.lay(&key, value, &from)?;
        }
    }
    for (name, text) in &sources.variables {
        let key = name.trim_start_matches(VARIABLE_PREFIX).to_ascii_lowercase().replace("__", ".");
        let is_text = layers.0.get(&key).is_none_or(|(value, _)| kind(&value.kind) == "text");
        let value = if is_text { Value::from(text.as_str()) } else { toml_value(name, text)? };
        layers.lay(&key, value, name)?;
    }
    Ok(layers)
}

/// The keys of a TOML text.
fn parse(text: &str) -> anyhow::Result<Flat> {
    let table = File::from_str(text, FileFormat::Toml).collect().map_err(|error| {
        // The parser draws the line over several; its first and last lines say where and what.
        let drawn = error.to_string();
        let mut lines = drawn.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = lines.next().unwrap_or_default().to_owned();
        match lines.next_back() {
            Some(last) => anyhow!("{first}: {last}"),
            None => anyhow!(first),
        }
    })?;
    let mut flat = Flat::new();
    let mut open: Vec<(String, Value)> = table.into_iter().collect();
    while let Some((key, value)) = open.pop() {
        match value.kind {
            ValueKind::Table(inner) => {
                open.extend(
                    inner.into_iter().map(|(name, value)| (format!("{key}.{name}"), value)),
                );
            }
            _ => {
                flat.insert(key, value);
            }
        }
    }
    Ok(flat)
}

/// A variable's text read as TOML: `["10.0.0.1"]`, `5`, `true`.
fn toml_value(name: &str, text: &str) -> anyhow::Result<Value> {
    let mut flat = parse(&format!("value = {text}")).map_err(|_drawing| {
        anyhow!("{name} must be written as in a TOML file, such as 5 or [\"a\", \"b\"]")
    })?;
    match (flat.remove("value"), flat.is_empty()) {
        (Some(value), true) => Ok(value),
        _ => bail!("{name} must hold one value, such as 5 or [\"a\", \"b\"]"),
    }
}

/// What sort of value it is, in words.
fn kind(kind: &ValueKind) -> &'static str {
    match kind {
        ValueKind::String(_) => "text",
        ValueKind::Boolean(_) => "true or false",
        ValueKind::Float(_) => "a number with a fraction",
        ValueKind::I64(_) | ValueKind::I128(_) | ValueKind::U64(_) | ValueKind::U128(_) => {
            "a number"
        }
        ValueKind::Array(items) => {
            if items.iter().all(|item| matches!(item.kind, ValueKind::String(_))) {
                "a list of texts"
            } else {
                "a list of other things"
            }
        }
        ValueKind::Table(_) => "a section",
        ValueKind::Nil => "nothing",
    }
}

/// The known key that `key` was perhaps meant to be: the same but for two letters.
fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a String>) -> Option<&'a str> {
    known
        .map(|known| (distance_of(key, known), known))
        .filter(|(distance, _)| *distance <= 2)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known.as_str())
}

/// How many letters must be added, removed or changed to make `b` of `a`.
fn distance_of(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (other, pair) in b.iter().zip(row.windows(2)) {
            let [diagonal, above] = pair else { continue };
            let left = next.last().copied().unwrap_or_default();
            next.push((diagonal + usize::from(letter != *other)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
