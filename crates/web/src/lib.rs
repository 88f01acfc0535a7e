//! The pages: server-rendered HTML that works without any script.
//!
//! A page function parses, asks the application, and renders; what every page needs (language,
//! session, the check of forms, headers, error pages) happens once, in `gate`. Words are in
//! `carefolk-i18n`, looks in `assets/carefolk.css`.
//!
//! Invariants: no handler changes anything on GET; no form is read that `gate` has not checked;
//! every redirect leads to a path of ours (S-133 to S-137).

mod answer;
mod assets;
mod cookies;
mod csrf;
mod dates;
mod error_page;
mod fields;
mod gate;
mod icons;
mod languages;
mod multipart;
mod own_path;
mod pages;
mod present;
mod reading;
mod routes;
mod view;
mod visit;
mod web;
mod wrong;

pub use routes::router;
pub use web::WebState;
