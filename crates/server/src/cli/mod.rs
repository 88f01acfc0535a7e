//! The command line. Each group of commands has a file; each command calls the application once
//! and says what came of it.

mod account;
mod actor;
mod arrival;
mod audit;
mod chosen;
mod config;
mod delivery;
mod demo;
mod desk;
mod doctor;
mod follow;
mod follower;
mod group;
mod migrate;
mod peer;
mod pictures;
mod polls;
mod post;
mod provider;
mod report;
mod serve;

pub(crate) use desk::when;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::output::Out;
use crate::settings::{self, Loaded, Sources};

/// As text, because markdown's backticks have no place in a terminal.
const CONFIG_HELP: &str =
    "The settings file [otherwise CAREFOLK_CONFIG, or ./carefolk.toml if it is there]";

/// A community server for people who give, need and arrange care.
///
/// `carefolk demo` shows two communities full of life. `carefolk serve` runs your own: the first
/// start needs no settings and prints a link to set it up. Every other command works beside a
/// running server.
#[derive(Debug, Parser)]
#[command(name = "carefolk", version, max_term_width = 90, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// The settings file
    #[arg(long, global = true, value_name = "FILE", help = CONFIG_HELP)]
    config: Option<PathBuf>,
    /// Answer with JSON, for scripts
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server until it is told to stop
    Serve(serve::ServeArgs),
    /// Run two example communities that talk to each other
    Demo(demo::DemoArgs),
    /// Bring the database to the form this version needs
    #[command(subcommand)]
    Migrate(migrate::MigrateCommand),
    /// See and check the settings
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Look for anything that is wrong, and say what to do about it
    Doctor(doctor::DoctorArgs),
    /// People who can sign in
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Whoever is known to other servers: people, providers, the instance itself
    #[command(subcommand)]
    Actor(actor::ActorCommand),
    /// Care providers and council teams
    #[command(subcommand)]
    Provider(provider::ProviderCommand),
    /// Groups: make them, join and leave them, say who keeps order
    #[command(subcommand)]
    Group(group::GroupCommand),
    /// Posts: write, change and delete them
    #[command(subcommand)]
    Post(post::PostCommand),
    /// Follow somebody on this server or another, take that back, list whom one follows
    Follow(follow::FollowArgs),
    /// Who follows somebody here: approve, refuse, remove
    #[command(subcommand)]
    Follower(follower::FollowerCommand),
    /// Other servers, and what was decided about them
    #[command(subcommand)]
    Peer(peer::PeerCommand),
    /// What somebody tells the moderators
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// Posts on their way to other servers
    #[command(subcommand)]
    Delivery(delivery::DeliveryCommand),
    /// What came from other servers and could not be applied
    #[command(subcommand)]
    Arrival(arrival::ArrivalCommand),
    /// Who did what
    #[command(subcommand)]
    Audit(audit::AuditCommand),
}

/// Runs one command.
pub(crate) async fn run(cli: Cli) -> anyhow::Result<()> {
    let out = if cli.json { Out::Json } else { Out::Text };
    let sources = Sources::of_process(cli.config)?;
    let loaded = || settings::load(&sources);
    match cli.command {
        Command::Config(command) => command.run(out, loaded()),
        Command::Serve(args) => serve::run(out, &args, loaded()?.settings).await,
        Command::Demo(args) => demo::run(out, args, &sources).await,
        Command::Migrate(command) => command.run(out, &loaded()?.settings).await,
        Command::Doctor(args) => doctor::run(out, &args, &loaded()?.settings).await,
        other => at_desk(other, out, loaded()?).await,
    }
}

/// The commands that need an application on a database that is ready.
async fn at_desk(command: Command, out: Out, loaded: Loaded) -> anyhow::Result<()> {
    crate::telemetry::start_quietly(&loaded.settings.log)?;
    let desk = desk::Desk::open(out, loaded.settings).await?;
    let done = match command {
        Command::Account(command) => command.run(&desk).await,
        Command::Actor(command) => command.run(&desk).await,
        Command::Provider(command) => command.run(&desk).await,
        Command::Group(command) => command.run(&desk).await,
        Command::Post(command) => command.run(&desk).await,
        Command::Follow(args) => args.run(&desk).await,
        Command::Follower(command) => command.run(&desk).await,
        Command::Peer(command) => command.run(&desk).await,
        Command::Report(command) => command.run(&desk).await,
        Command::Delivery(command) => command.run(&desk).await,
        Command::Arrival(command) => command.run(&desk).await,
        Command::Audit(command) => command.run(&desk).await,
        _ => Err(anyhow::anyhow!("this command has no desk")),
    };
    desk.close().await;
    done
}
