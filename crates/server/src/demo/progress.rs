//! How far the seeding of one community got: a small file in its folder.
//!
//! Posts are dated back from the first start. The file keeps that moment, so that a start after an
//! interrupted one finds what is already there instead of saying it twice.

use std::path::{Path, PathBuf};

use anyhow::Context;
use carefolk_domain::Moment;
use serde::{Deserialize, Serialize};

/// The file's name inside the community's folder.
const FILE: &str = "demo.json";

/// How far the seeding got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Progress {
    /// When the demo was first started.
    pub(crate) start: Moment,
    /// Whether everything is there.
    pub(crate) done: bool,
}

impl Progress {
    /// What the file says, or a new beginning at `now` that is written at once.
    pub(crate) fn read_or_begin(folder: &Path, now: Moment) -> anyhow::Result<Self> {
        let path = path(folder);
        match std::fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text)
                .with_context(|| format!("{} is damaged; delete the folder", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let begun = Self { start: now, done: false };
                begun.write(folder)?;
                Ok(begun)
            }
            Err(error) => Err(error).with_context(|| format!("could not read {}", path.display())),
        }
    }

    /// Writes that everything is there.
    pub(crate) fn finish(self, folder: &Path) -> anyhow::Result<()> {
        Self { done: true, ..self }.write(folder)
    }

    fn write(self, folder: &Path) -> anyhow::Result<()> {
        let path = path(folder);
        let beside = path.with_extension("new");
        std::fs::write(&beside, serde_json::to_vec(&self)?)
            .and_then(|()| std::fs::rename(&beside, &path))
            .with_context(|| format!("could not write {}", path.display()))
    }
}

fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}
