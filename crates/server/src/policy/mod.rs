//! placeholder
/// Models.
#[derive(Default)]
pub struct Models;
