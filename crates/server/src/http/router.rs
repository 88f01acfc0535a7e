//! Puts the routes of both faces together.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::middleware;
use axum::routing::get;
use carefolk_app::App;
use carefolk_federation::{Federation, HttpRemote, Limits, Readers};
use carefolk_httpkit::headers::Transport;
use carefolk_httpkit::host::HEALTH_PATH;
use carefolk_httpkit::{HostCheck, TrustedProxies, client_ip, headers, host};
use carefolk_web::WebState;
use http::StatusCode;
use tower_http::compression::CompressionLayer;

use super::{roles, trace};
use crate::settings::{self, Settings};
use crate::world::SystemChance;

/// The whole server. `listen` is where it listens in the end.
pub(super) fn router(
    settings: &Settings,
    app: &App,
    remote: &HttpRemote,
    listen: SocketAddr,
) -> Router {
    // In a laboratory one machine plays many servers.
    let doors = settings.process.doors;
    let limits = if app.settings().lab { Limits::laboratory() } else { Limits::default() };
    let limits = limits.shared_by(doors);
    let readers = match settings.federation.readers {
        settings::Readers::Anybody => Readers::Anybody,
        settings::Readers::Signed => Readers::Signed,
    };
    let federation = Federation::read_by(readers, app.clone(), Arc::new(remote.clone()), limits)
        .proving(remote.signer());
    let web = WebState::shared_by(doors, app.clone(), Arc::new(SystemChance));
    let pages = carefolk_web::router(web).layer(CompressionLayer::new());
    let faces = federation.router().merge(federation.negotiated(pages));
    let health = Router::new().route(HEALTH_PATH, get(health)).with_state(app.clone());
    let https = settings.instance.url.as_ref().is_some_and(|url| url.text.starts_with("https:"));
    let transport = if https { Transport::Https } else { Transport::Http };
    let proxies = TrustedProxies(settings.http.trusted_proxies);
    faces
        .layer(middleware::from_fn_with_state(settings.process.roles.clone(), roles::only_ours))
        .merge(health)
        // Inside the headers, so that the answer to a panic has them, too.
        .layer(carefolk_httpkit::panics::layer())
        .layer(middleware::from_fn_with_state(proxies, client_ip::client_address))
        .layer(middleware::from_fn_with_state(names(settings, listen), host::check_host))
        .layer(middleware::from_fn_with_state(transport, headers::security_headers))
        .layer(middleware::from_fn(trace::tell))
}

/// Whom we answer as: the public name, or, while there is none, the ways to this machine.
fn names(settings: &Settings, listen: SocketAddr) -> HostCheck {
    match &settings.instance.url {
        Some(url) => HostCheck::new([url.host.clone()], &url.text),
        None => {
            let port = listen.port();
            let names = [
                listen.to_string(),
                format!("127.0.0.1:{port}"),
                format!("[::1]:{port}"),
                format!("localhost:{port}"),
            ];
            HostCheck::new(names, &crate::settings::local_url(listen))
        }
    }
}

/// Whether the server can do its work: it can read its database.
async fn health(State(app): State<App>) -> (StatusCode, &'static str) {
    match app.instance().needs_setup().await {
        Ok(_) => (StatusCode::OK, "ok\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n"),
    }
}
