//! The settings as `config print` shows them: every key, where it came from, no secret.

use config::{Value, ValueKind};
use url::Url;

use super::Origin;
use super::layers::Layers;

/// Every key in force.
pub(super) fn origins(layers: &Layers) -> Vec<Origin> {
    let origin = |(key, value, from): (&str, &Value, &str)| Origin {
        key: key.to_owned(),
        value: if key == "database.url" { masked(value) } else { toml(value) },
        from: from.to_owned(),
    };
    layers.iter().map(origin).collect()
}

/// A value as it would stand in a file.
fn toml(value: &Value) -> String {
    match &value.kind {
        ValueKind::String(text) => serde_json::Value::from(text.as_str()).to_string(),
        ValueKind::Array(items) => {
            format!("[{}]", items.iter().map(toml).collect::<Vec<_>>().join(", "))
        }
        _ => value.to_string(),
    }
}

/// A database address without its password. One that cannot be read is not shown at all.
fn masked(value: &Value) -> String {
    let text = value.to_string();
    if text.starts_with("sqlite:") {
        return toml(value);
    }
    let Ok(mut url) = Url::parse(&text) else { return "\"***\"".to_owned() };
    let mut hidden = url.query().is_none_or(|query| !query.contains("password"));
    if url.password().is_some() {
        hidden &= url.set_password(Some("***")).is_ok();
    }
    if hidden { serde_json::Value::from(url.as_str()).to_string() } else { "\"***\"".to_owned() }
}
