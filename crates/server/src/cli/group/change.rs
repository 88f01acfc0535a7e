//! Changing what a group says about itself.

use carefolk_app::groups::ChangeGroup;
use carefolk_domain::Lang;
use clap::{ArgGroup, Args};

use super::{ApprovalWord, PostingWord};
use crate::cli::desk::Desk;
use crate::cli::pictures::PortraitArgs;
use crate::cli::post::language;
use crate::words::plain;

/// A change of a group.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").required(true).multiple(true).args([
    "name",
    "about",
    "posting",
    "approval",
    "rules",
    "area",
    "lang",
    "picture",
    "no_picture",
]))]
pub(crate) struct ChangeArgs {
    /// The group's name in its address
    group: String,
    /// The name others see
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Who it is for, in a few sentences
    #[arg(long, value_name = "TEXT")]
    about: Option<String>,
    /// Who begins conversations
    #[arg(long, value_enum)]
    posting: Option<PostingWord>,
    /// What moderators read before anybody else does
    #[arg(long, value_enum)]
    approval: Option<ApprovalWord>,
    /// One of its rules, in place of all before; give it up to five times
    #[arg(long = "rule", value_name = "TEXT")]
    rules: Vec<String>,
    /// The place that it is for
    #[arg(long, value_name = "TEXT")]
    area: Option<String>,
    /// The language that is spoken in it, such as en, cy or ur
    #[arg(long, value_name = "LANGUAGE", value_parser = language)]
    lang: Option<Lang>,
    #[command(flatten)]
    portrait: PortraitArgs,
}

impl ChangeArgs {
    /// Runs the command.
    pub(super) async fn run(self, desk: &Desk) -> anyhow::Result<()> {
        let group = self.group.clone();
        let change = ChangeGroup {
            handle: self.group,
            name: self.name,
            about: self.about,
            posting: self.posting.map(Into::into),
            approval: self.approval.map(Into::into),
            rules: (!self.rules.is_empty()).then(|| self.rules.join("\n")),
            lang: self.lang,
            area: self.area,
            picture: self.portrait.take_in(desk).await?,
        };
        let done = desk.app.groups().change(&desk.caller, change).await;
        done.map_err(|error| plain(error, &format!("change {group}")))?;
        desk.out.show(&serde_json::json!({ "group": group, "changed": true }), || {
            format!("Changed {group}.")
        })
    }
}
