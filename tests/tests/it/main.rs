//! The product from end to end, on both engines.

mod import;
mod kill;
mod race;
mod shared;
