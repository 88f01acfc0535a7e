//! From exec to the first answer: on an empty folder (migrations run) and on a used one.

use super::Options;
use super::figures::Figures;
use super::lab::Lab;

pub(crate) async fn run(options: &Options) -> anyhow::Result<()> {
    let count = options.count.unwrap_or(10).min(100);
    let mut lab = Lab::new(options)?;
    let (mut fresh, mut used) = (Vec::new(), Vec::new());
    for _ in 0..count {
        lab.clear()?;
        fresh.push(lab.start().await?);
        lab.stop().await?;
        used.push(lab.start().await?);
        lab.stop().await?;
    }
    let mut figures = Figures::default();
    figures.add_times("start with an empty folder", &mut fresh);
    figures.add_times("start with a used folder", &mut used);
    figures.print();
    Ok(())
}
