//! Every row: what must always be true of them.

use carefolk_app::{App, Caller};

use super::{Finding, failed};

/// Looks for every rule that is broken.
pub(super) async fn look(app: &App) -> Vec<Finding> {
    let what = "rows";
    match app.broken_rules(&Caller::Operator("doctor".to_owned())).await {
        Ok(broken) if broken.is_empty() => {
            vec![Finding::good(what, "every rule of the tables is kept")]
        }
        Ok(broken) => {
            let finding = |rule: carefolk_app::invariants::Broken| {
                Finding::problem(
                    what,
                    format!("{}: {}", rule.name, crate::output::one_line(&rule.says)),
                    "keep a copy of the database as it is, and tell us: docs/admin/doctor.md",
                )
            };
            broken.into_iter().map(finding).collect()
        }
        Err(error) => vec![failed(what, &error)],
    }
}
