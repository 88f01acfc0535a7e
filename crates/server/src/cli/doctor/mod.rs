//! `carefolk doctor`: looks for anything that is wrong and says what to do. Changes nothing.

mod deep;
mod inside;
mod outside;
mod queues;

use anyhow::bail;
use clap::Args;
use serde::Serialize;

use crate::output::Out;
use crate::settings::Settings;

/// How closely to look.
#[derive(Debug, Args)]
pub(super) struct DoctorArgs {
    /// Look at every row as well; takes minutes where there are millions
    #[arg(long)]
    deep: bool,
}

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// As it should be.
    Good,
    /// Worth knowing.
    Notice,
    /// Wrong: it has to be mended.
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    state: State,
    says: String,
    #[serde(rename = "do")]
    advice: Option<String>,
}

impl Finding {
    fn good(what: &'static str, says: impl Into<String>) -> Self {
        Self { what, state: State::Good, says: says.into(), advice: None }
    }

    fn notice(what: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what, state: State::Notice, says: says.into(), advice: Some(advice.into()) }
    }

    fn problem(what: &'static str, says: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what, state: State::Problem, says: says.into(), advice: Some(advice.into()) }
    }

    fn line(&self) -> String {
        let mark = match self.state {
            State::Good => "good   ",
            State::Notice => "notice ",
            State::Problem => "PROBLEM",
        };
        let advice = self.advice.as_ref().map(|advice| format!("\n         -> {advice}"));
        format!("{mark}  {}: {}{}", self.what, self.says, advice.unwrap_or_default())
    }
}

/// Looks at everything, tells it, and fails if anything has to be mended.
pub(super) async fn run(out: Out, args: &DoctorArgs, settings: &Settings) -> anyhow::Result<()> {
    crate::telemetry::start_quietly(&settings.log)?;
    let mut findings = outside::look(settings);
    findings.extend(Box::pin(inside::look(settings, args.deep)).await);
    let problems = findings.iter().filter(|finding| finding.state == State::Problem).count();
    out.show(&findings, || findings.iter().map(Finding::line).collect::<Vec<_>>().join("\n"))?;
    match problems {
        0 => Ok(()),
        1 => bail!("one thing has to be mended"),
        more => bail!("{more} things have to be mended"),
    }
}

fn failed(what: &'static str, error: &carefolk_app::Error) -> Finding {
    Finding::problem(
        what,
        format!("could not be looked up: {error}"),
        "run the command again; if it stays, look at the log of the server",
    )
}
