//! `carefolk config`: see and check the settings. Starts nothing and touches nothing.

use clap::Subcommand;

use crate::output::{Out, table};
use crate::settings::Loaded;

/// The settings.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Say whether the settings can be used
    Check,
    /// Show every setting in force and where it came from; passwords are masked
    Print,
}

impl ConfigCommand {
    /// Runs one command on what was loaded.
    pub(super) fn run(self, out: Out, loaded: anyhow::Result<Loaded>) -> anyhow::Result<()> {
        let loaded = loaded?;
        match self {
            Self::Check => {
                let federates = loaded.settings.instance.url.is_some();
                out.show(&serde_json::json!({ "ok": true, "federates": federates }), || {
                    let talk = if federates {
                        ""
                    } else {
                        " instance.url is not set: the server \
                                                           will not talk to other servers."
                    };
                    format!("The settings can be used.{talk}")
                })
            }
            Self::Print => out.show(&loaded.origins, || {
                let rows: Vec<Vec<String>> = loaded
                    .origins
                    .iter()
                    .map(|o| vec![o.key.clone(), format!("= {}", o.value), format!("# {}", o.from)])
                    .collect();
                table(&["# KEY", "  VALUE", "# FROM"], &rows, "")
            }),
        }
    }
}
