//! The history of the schema, one module for each step, oldest first.
//!
//! It imports nothing of ours: a migration is history, and history must not change when an entity
//! does. A step that was released is never edited; the next one mends it.

use sea_orm_migration::prelude::*;

mod m20261122_000001_create_identity;
mod m20261122_000002_create_posts;
mod m20261122_000003_create_federation;
mod m20261122_000004_create_work;
mod m20261124_000005_create_reactions;
mod m20261124_000007_ask_about_posts;
mod m20261124_000010_create_dealings;
mod m20261124_000011_create_attachments;
mod m20261124_000012_create_polls;
mod m20261124_000013_create_policies;
mod m20261124_000014_create_refusals;
mod m20261128_000020_add_patience;
mod m20261128_000021_keep_proofs;
mod m20261128_000030_create_sign_in_tries;
mod m20261128_000040_keep_announcements;
mod m20261128_000041_find_what_is_about_an_actor;
mod m20261129_000050_fan_out_in_pages;
mod m20261130_000060_create_groups;
mod m20261130_000061_keep_groups_here;
mod m20261130_000062_find_conversations;
mod m20261130_000063_keep_order;
mod m20261130_000064_tell_of_groups;
mod m20261130_000065_create_pictures;
mod m20261130_000066_copy_pictures;
mod m20261130_000067_hold_posts;
mod m20261130_000068_create_portraits;
mod m20261130_000069_report_to_groups;
mod schema;

// So that who runs the migrator needs no dependency on its library.
pub use sea_orm_migration::{Migration, MigrationStatus, MigratorTrait};

/// All steps in their order.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_create_identity::Migration),
            Box::new(m20261122_000002_create_posts::Migration),
            Box::new(m20261122_000003_create_federation::Migration),
            Box::new(m20261122_000004_create_work::Migration),
            Box::new(m20261124_000005_create_reactions::Migration),
            Box::new(m20261124_000007_ask_about_posts::Migration),
            Box::new(m20261124_000010_create_dealings::Migration),
            Box::new(m20261124_000011_create_attachments::Migration),
            Box::new(m20261124_000012_create_polls::Migration),
            Box::new(m20261124_000013_create_policies::Migration),
            Box::new(m20261124_000014_create_refusals::Migration),
            Box::new(m20261128_000020_add_patience::Migration),
            Box::new(m20261128_000021_keep_proofs::Migration),
            Box::new(m20261128_000030_create_sign_in_tries::Migration),
            Box::new(m20261128_000040_keep_announcements::Migration),
            Box::new(m20261128_000041_find_what_is_about_an_actor::Migration),
            Box::new(m20261129_000050_fan_out_in_pages::Migration),
            Box::new(m20261130_000060_create_groups::Migration),
            Box::new(m20261130_000061_keep_groups_here::Migration),
            Box::new(m20261130_000062_find_conversations::Migration),
            Box::new(m20261130_000063_keep_order::Migration),
            Box::new(m20261130_000064_tell_of_groups::Migration),
            Box::new(m20261130_000065_create_pictures::Migration),
            Box::new(m20261130_000066_copy_pictures::Migration),
            Box::new(m20261130_000067_hold_posts::Migration),
            Box::new(m20261130_000068_create_portraits::Migration),
            Box::new(m20261130_000069_report_to_groups::Migration),
        ]
    }
}
